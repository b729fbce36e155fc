// SPDX-License-Identifier: MIT
// PURE: what the store has beside what the provider says, day by day and model by model.
#pragma once

#include <array>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "collector/reconcile/figures.hpp"
#include "pricing/prices.hpp"

namespace llmgw::collector {

enum class Verdict : std::uint8_t {
  match,      ///< within the tolerance
  explained,  ///< what broke off, or has no usage, may be all of the difference
  ours_less,  ///< traffic past the gateway, or lost
  ours_more,  ///< another project or server, or counted twice
  unsettled,  ///< not equal, and the day is too young for its report to be final
  no_data     ///< the provider says nothing of that day, and the store does
};
inline constexpr std::array<std::string_view, 6> verdict_words{
    "match", "explained", "ours_less", "ours_more", "unsettled", "no_data"};
constexpr std::string_view word_of(Verdict verdict) noexcept {
  return verdict_words[static_cast<std::size_t>(verdict)];
}
/// Whether somebody has to look.
constexpr bool is_drift(Verdict verdict) noexcept {
  return verdict == Verdict::ours_less || verdict == Verdict::ours_more ||
         verdict == Verdict::no_data;
}

/// Of one day and the models that are compared under one name.
struct ComparedRow {
  DayNumber day = 0;
  std::string model;  ///< the price table's entry, or the name without its snapshot
  std::set<std::string> ours_names;
  std::set<std::string> theirs_names;
  OurFigures ours;
  Figures theirs;
  Verdict verdict = Verdict::match;
  std::vector<std::string> because;  ///< what is out of tolerance: names of figures

  /// Whether both sides know the model.
  bool is_matched() const noexcept { return !ours_names.empty() && !theirs_names.empty(); }
};

struct Comparison {
  std::vector<ComparedRow> rows;  ///< by day and model
  /// Costs of the provider that are of no model, by day.
  std::map<DayNumber, WideInteger> other_nano_usd;
};

struct CompareTerms {
  Reporter reporter = Reporter::openai;
  std::uint64_t tolerance = 100'000;  ///< millionths of a percent
  std::int64_t now = 0;               ///< milliseconds since 1970
  const pricing::Prices* prices = nullptr;
  std::vector<std::string> models;  ///< compare these alone: exact, or with `*` at the end
};

/// Reports are final two days after the end of their day.
inline constexpr std::int64_t settling_time = 48LL * 3'600'000;
/// The first day that may still change.
constexpr DayNumber first_unsettled_day(std::int64_t now) noexcept {
  constexpr std::int64_t day_length = 86'400'000;
  return (now - settling_time) / day_length;
}

/// `gpt-4o-2024-08-06`, `claude-sonnet-4-20250514`, `gpt-4o-latest`: what stands before it.
std::string_view without_snapshot(std::string_view model) noexcept;

Comparison compare(const OurReport& ours, const TheirReport& theirs, const CompareTerms& terms);

/// The most telling of them: drift before unsettled before explained before match.
Verdict worst_of(const std::vector<ComparedRow>& rows);

}  // namespace llmgw::collector
