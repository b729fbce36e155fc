// SPDX-License-Identifier: MIT
// PURE: how an answer is drawn and where it ends.
#pragma once

#include "proxy/provider/chat/object_writer.hpp"
#include "proxy/provider/chat/request.hpp"

namespace llmgw::proxy::anthropic {

/// `temperature`, `top_p` and `top_k`; names what the model does not take, or not beside thinking
/// that has a budget. False: rejected.
bool write_sampling(const chat::ChatRequest& request, bool has_sampling, bool has_budget,
                    chat::Losses& losses, chat::ObjectWriter& writer);

/// `stop_sequences`; names those of white space alone, which the API refuses. False: rejected.
bool write_stops(const chat::ChatRequest& request, chat::Losses& losses,
                 chat::ObjectWriter& writer);

}  // namespace llmgw::proxy::anthropic
