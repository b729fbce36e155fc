// SPDX-License-Identifier: MIT
// PURE: usage in OpenAI's form.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace llmgw::proxy::chat_answer {

using Count = std::optional<std::uint64_t>;

/// Tokens; nothing: nobody said.
struct ChatUsage {
  Count prompt = {};
  Count completion = {};
  Count total = {};
  Count cached = {};
  Count cache_write = {};
  Count prompt_audio = {};
  Count prompt_image = {};
  Count reasoning = {};
  Count completion_audio = {};
  Count completion_image = {};

  bool operator==(const ChatUsage&) const = default;
  bool is_empty() const noexcept { return *this == ChatUsage{}; }
};

/// The sum of those that are known; no client's counts reach 2^63, so neither do sums.
Count sum(Count a, Count b) noexcept;

/// Takes over what `later` knows.
void replace(Count& count, Count later) noexcept;

/// Appends the object; what nobody said is left out.
void append_usage(const ChatUsage& usage, std::string& out);

}  // namespace llmgw::proxy::chat_answer
