// SPDX-License-Identifier: MIT
// PURE: how many tokens a request's prompt is billed as.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "proxy/tokens/model_family.hpp"

namespace llmgw::proxy {

struct PromptCount {
  std::uint64_t tokens = 0;
  Quality quality = Quality::exact;
  /// Whether there was more than plain text: tools, a schema, images, calls, files.
  bool has_parts = false;
};

/// Of the body of a request, by what it holds: `messages` (chat completions), `input` (Responses,
/// embeddings) or `prompt` (completions). Nothing where it holds none of them or is no JSON: what
/// was cut cannot be counted. Throws bad_alloc, and what the counter throws.
std::optional<PromptCount> count_prompt(const ModelFamily& family, std::string_view body);

}  // namespace llmgw::proxy
