// SPDX-License-Identifier: MIT
// PURE: LimitRule: how much of what may be had in which time.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "quota/balance.hpp"
#include "quota/share.hpp"

namespace llmgw::quota {

/// What is counted, in the order in which admission asks: the cheapest to refuse first.
enum class Unit : std::uint8_t {
  concurrency,
  requests,
  tokens,
  input_tokens,
  output_tokens,
  usd,
};

/// The words of the file, by the number of the enumerator.
inline constexpr std::array<std::string_view, 6> unit_words{
    "concurrency", "requests", "tokens", "input_tokens", "output_tokens", "usd"};

/// Which output is reserved at admission.
enum class Reserve : std::uint8_t {
  learned,     ///< the mean of this tenant and model
  max_tokens,  ///< the most that the request allows
  none,        ///< nothing at all; a balance above 0 is enough
};
inline constexpr std::array<std::string_view, 3> reserve_words{"learned", "max_tokens", "none"};

/// What holds while the collector, of which limits are borrowed, is away.
enum class OnOutage : std::uint8_t {
  share,      ///< each proxy goes on with its part
  closed,     ///< all is refused
  open,       ///< nothing is refused
  allowance,  ///< of a calendar's: a stated part of it, then closed
};
inline constexpr std::array<std::string_view, 4> on_outage_words{"share", "closed", "open",
                                                                 "allowance"};

enum class RuleMode : std::uint8_t {
  enforce,
  observe,  ///< counts and tells, and refuses nobody
};
inline constexpr std::array<std::string_view, 2> rule_mode_words{"enforce", "observe"};

struct Period {
  enum class Kind : std::uint8_t {
    none,     ///< of concurrency: what is given back can be had again
    rolling,  ///< refilled steadily
    day,      ///< of a calendar: whole again at its begin
    week,     ///< from Monday on
    month,
  };

  Kind kind = Kind::none;
  std::chrono::nanoseconds length{};  ///< of a rolling one
  std::string timezone = {};          ///< of a calendar's, as IANA calls it

  bool is_calendar() const noexcept { return kind >= Kind::day; }
  friend bool operator==(const Period&, const Period&) = default;
};

struct LimitRule {
  std::string id = {};  ///< 1 to 32 of a-z, 0-9, `_`, `-`; one within its set
  Unit unit = Unit::requests;
  Units limit = 0;  ///< above 0; usd: nano-USD
  Units burst = 0;  ///< the most that can be had at once, and what a balance begins with
  Period period = {};
  std::vector<std::string> models = {};  ///< patterns of those it is about; none: of all
  Reserve reserve = Reserve::learned;
  OnOutage on_outage = OnOutage::share;
  Share floor = {};  ///< of the burst, which is left to others
  RuleMode mode = RuleMode::enforce;

  /// Whether it is about requests for this model; `asked` is what the client calls it.
  bool is_about(std::string_view asked) const noexcept;

  /// How long a rolling limit takes to refill by so much, rounded up; at most some centuries.
  std::chrono::nanoseconds time_for(Units units) const noexcept;

  friend bool operator==(const LimitRule&, const LimitRule&) = default;
};

constexpr std::string_view word_of(Unit unit) noexcept {
  return unit_words[static_cast<std::size_t>(unit)];
}

/// `1m`, `day`; empty for none.
std::string to_text(const Period& period);

/// So many of the unit, as the file would have it: nano-USD as dollars.
std::string to_text(Unit unit, Units units);

/// What the rule promises: `at most 100 requests at once, and 600 in any 1m after that`.
std::string bound_in_words(const LimitRule& rule);

}  // namespace llmgw::quota
