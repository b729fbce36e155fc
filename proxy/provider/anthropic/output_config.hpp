// SPDX-License-Identifier: MIT
// PURE: `output_config`: the form of an answer, and the effort that is put into it.
#pragma once

#include <string_view>

#include "proxy/provider/chat/object_writer.hpp"
#include "proxy/provider/chat/request.hpp"

namespace llmgw::proxy::anthropic {

/// Writes the member if there is anything to say: what the client says in an `output_config` of
/// its own, then `effort` and the format that `response_format` asks for, unless its own has those.
/// `has_schemas`: the model answers by schemas, which are refused else. False: rejected.
bool write_output_config(const chat::ChatRequest& request, std::string_view effort,
                         bool has_schemas, chat::Losses& losses, chat::ObjectWriter& writer);

}  // namespace llmgw::proxy::anthropic
