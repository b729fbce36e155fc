// SPDX-License-Identifier: MIT
// PURE: what a token costs, as the sections `prices` and `discounts` of the file say it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/settings/config_value.hpp"
#include "pricing/date.hpp"
#include "pricing/decimal.hpp"

namespace llmgw::pricing {

/// What tokens are paid for as; none is two of them.
enum class TokenKind : std::uint8_t { input, cached_input, cache_write_5m, cache_write_1h, output };
inline constexpr std::size_t token_kind_count = 5;
inline constexpr std::array<std::string_view, token_kind_count> token_kind_words{
    "input", "cached_input", "cache_write_5m", "cache_write_1h", "output"};

/// Pico-USD for a token of each kind; nothing: it is not said.
using Rates = std::array<std::optional<Millionths>, token_kind_count>;

constexpr const std::optional<Millionths>& rate_of(const Rates& rates, TokenKind kind) noexcept {
  return rates[static_cast<std::size_t>(kind)];
}

/// What holds for all tokens of a request whose prompt is longer than that.
struct Above {
  std::uint64_t tokens = 0;
  Rates rates = {};

  friend bool operator==(const Above&, const Above&) = default;
};

struct RateSet {
  Rates rates = {};
  std::optional<Above> above = {};

  friend bool operator==(const RateSet&, const RateSet&) = default;
};

/// What another tier of service costs: as many times the entry's prices, or prices of its own.
struct Tier {
  std::string name = {};  ///< as upstreams call it; letters of either case
  std::optional<Millionths> factor = {};
  RateSet own = {};  ///< where there is no factor

  friend bool operator==(const Tier&, const Tier&) = default;
};

/// An entry of `prices`.
struct Price {
  std::string provider = "*";  ///< a provider's name or its type; `*`: any
  std::string model = {};      ///< exact, or a prefix with `*` at its end
  Days days = {};
  RateSet base = {};
  std::vector<Tier> tiers = {};
  ConfigPlace place = {};  ///< in the file; no part of what it says
};

/// An entry of `discounts`: what a contract takes off, or adds.
struct Discount {
  std::string tenant = "*";  ///< exact, or a prefix with `*` at its end
  std::string provider = "*";
  Days days = {};
  Millionths factor = millionths_per_one;
  ConfigPlace place = {};
};

/// Entries with the same one go before each other by nothing but their days.
inline std::pair<std::string_view, std::string_view> key_of(const Price& price) noexcept {
  return {price.model, price.provider};
}
inline std::pair<std::string_view, std::string_view> key_of(const Discount& discount) noexcept {
  return {discount.tenant, discount.provider};
}

struct PriceSettings {
  std::vector<Price> prices = {};
  std::vector<Discount> discounts = {};
  bool is_unpriced_free = false;  ///< for limits in USD, what has no price costs nothing
};

}  // namespace llmgw::pricing
