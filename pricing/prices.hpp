// SPDX-License-Identifier: MIT
// PURE: Prices: which entry is whose, found by names and day; never changes once it is made.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pricing/price.hpp"

namespace llmgw::pricing {

/// Who answered, as the configuration calls it and what it is.
struct ProviderNames {
  std::string_view name;  ///< of the entry of `providers`; empty: not known
  std::string_view type;  ///< `openai`, `azure`, `anthropic`, `gemini`
};

/// For all threads at once. Looking up allocates nothing.
class Prices {
 public:
  explicit Prices(PriceSettings settings);
  Prices(const Prices&) = delete;
  Prices& operator=(const Prices&) = delete;

  /// The entry for a model by that name: of those that fit on that day the one with the longest
  /// model, an exact one before one with `*`; of those the one that has the provider's name, then
  /// its type, then `*`. Null where none fits. Lives as long as the table.
  const Price* find(const ProviderNames& provider, std::string_view model, Day day) const noexcept;

  /// What all costs of the tenant at the provider are multiplied by on that day: by the entry with
  /// the longest tenant, then by the provider as above; one where none fits.
  Millionths discount(std::string_view tenant, const ProviderNames& provider,
                      Day day) const noexcept;

  /// Whether money limits take what has no price as free.
  bool is_unpriced_free() const noexcept { return settings_.is_unpriced_free; }

  /// In the order of the file.
  std::span<const Price> all() const noexcept { return settings_.prices; }
  std::span<const Discount> discounts() const noexcept { return settings_.discounts; }

  /// The first 12 hexadecimal digits of the SHA-256 of what the entries say, whatever their order
  /// and the form of the file.
  std::string_view id() const noexcept { return id_; }

 private:
  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  /// Entries whose models begin alike, up to their `*` where they have one.
  struct Group {
    std::string_view text;
    std::size_t parent = none;     // the longest other group that this one's text begins with
    std::vector<std::size_t> all;  // those that come first, first
  };

  void group();
  void link();

  PriceSettings settings_;
  std::vector<Group> groups_;  // by their texts
  std::string id_;
};

/// Null: no prices are set.
using PricesPointer = std::shared_ptr<const Prices>;

}  // namespace llmgw::pricing
