// SPDX-License-Identifier: MIT
// PURE: what an exchange cost, in whole nano-USD, and why where that is not known.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "common/event/metering_event.hpp"
#include "pricing/prices.hpp"

namespace llmgw::pricing {

/// 1,000,000,000 are a US dollar.
using Nano = std::int64_t;

/// What of an exchange decides about its cost. Views: used up at once.
struct Spent {
  std::string_view tenant;
  ProviderNames provider;
  std::string_view model;          ///< as the upstream named it
  std::string_view request_model;  ///< as the client named it: looked up where `model` has no entry
  TokenCounts tokens;              ///< cached ones and those written are part of the prompt
  std::string_view service_tier;   ///< the upstream's word; empty: it said none
  Day day;                         ///< on which it ended, in UTC
};

/// Why a cost is not known.
enum class Unpriced : std::uint8_t {
  no,           ///< it is known
  no_tokens,    ///< nobody reported how many there were
  no_entry,     ///< of the model
  no_tier,      ///< in the entry, for the tier that the upstream named
  no_rate,      ///< in the entry, for tokens written into the cache, or for output
  unclear,      ///< the counts contradict each other, or do not say how long the cache keeps them
  out_of_range  ///< more than 9 thousand million USD
};
inline constexpr std::array<std::string_view, 7> unpriced_words{
    "no", "no_tokens", "no_entry", "no_tier", "no_rate", "unclear", "out_of_range"};

struct Cost {
  std::optional<Nano> nano_usd = {};
  Unpriced unpriced = Unpriced::no_entry;
  bool is_assumed = false;  ///< tokens from the cache were priced as input, for want of a price
  const Price* price = nullptr;  ///< the entry; null: there is none

  friend bool operator==(const Cost&, const Cost&) = default;
};

/// The sum of all kinds times their prices in 128 bits, rounded once, half up. Never a guess.
Cost cost_of(const Prices& prices, const Spent& spent) noexcept;

/// The same sum by the kinds of tokens, each rounded by itself: together they may differ from the
/// cost by a few nano-USD. Nothing where the cost is not known.
std::optional<std::array<Nano, token_kind_count>> cost_parts_of(const Prices& prices,
                                                                const Spent& spent) noexcept;

/// What a request may be expected to cost that has not been answered.
struct Expected {
  std::string_view tenant;
  ProviderNames provider;
  std::string_view model;  ///< as it is asked for there
  std::uint64_t prompt_tokens = 0;
  std::uint64_t output_tokens = 0;
  std::string_view service_tier = {};
  Day day = {};
};

/// By the function that settles it: prices above a length and of tiers, and discounts, count.
/// Nothing is taken to come from the cache. Nothing: it has no price.
std::optional<Nano> expected_cost(const Prices& prices, const Expected& expected) noexcept;

}  // namespace llmgw::pricing
