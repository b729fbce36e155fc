// SPDX-License-Identifier: MIT
// PURE: a streamed message of Anthropic as chunks of a chat completion.
#pragma once

#include <cstddef>
#include <memory>

#include "proxy/provider/translation.hpp"

namespace llmgw::proxy {

/// Copies what the terms show. `most_event`: bytes of one event, beyond which the stream is broken.
std::unique_ptr<StreamTranslation> anthropic_stream(const AnswerTerms& terms,
                                                    std::size_t most_event);

}  // namespace llmgw::proxy
