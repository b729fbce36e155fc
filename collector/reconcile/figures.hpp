// SPDX-License-Identifier: MIT
// PURE: what one side says of a day and a model.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "collector/query/answer.hpp"

namespace llmgw::collector {

/// Whose reports they are.
enum class Reporter : std::uint8_t { openai, anthropic };
inline constexpr std::array<std::string_view, 2> reporter_words{"openai", "anthropic"};

constexpr std::string_view word_of(Reporter reporter) noexcept {
  return reporter_words[static_cast<std::size_t>(reporter)];
}

/// Tokens of the prompt have those from the cache and those written into it among them, as events
/// do.
struct Figures {
  std::optional<WideInteger> requests = {};  ///< nothing: it is not told
  WideInteger prompt_tokens = 0;
  WideInteger cached_tokens = 0;
  WideInteger cache_write_tokens = 0;
  WideInteger completion_tokens = 0;
  std::optional<WideInteger> cost_nano_usd = {};

  friend bool operator==(const Figures&, const Figures&) = default;
};

/// Adds what is told to what may not be told yet.
inline void add_to(std::optional<WideInteger>& sum, WideInteger more) {
  sum = sum.value_or(0) + more;
}

using DayNumber = std::int64_t;  ///< since 1970, in UTC

/// What the provider says, by day and its own names of models.
struct TheirReport {
  std::map<std::pair<DayNumber, std::string>, Figures> models;
  /// Of costs that have no model, such as those of searches.
  std::map<DayNumber, WideInteger> other_nano_usd;
};

/// What the store says, with what it does not know.
struct OurFigures {
  Figures figures;  ///< requests are those that the provider has answered well, or begun to
  WideInteger no_usage = 0;  ///< of them, those for which nobody reported tokens
  WideInteger aborted = 0;   ///< of them, those that broke off, or that a client left
  WideInteger unpriced = 0;  ///< of them, those without a cost
};
using OurReport = std::map<std::pair<DayNumber, std::string>, OurFigures>;

}  // namespace llmgw::collector
