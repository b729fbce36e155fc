// SPDX-License-Identifier: MIT
// PURE: token counts as an upstream reported them.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <optional>

#include "common/event/metering_event.hpp"

namespace llmgw::proxy {

/// A count that nobody reported is nothing, never 0.
using Usage = TokenCounts;

/// Whether anything was reported.
inline bool is_known(const Usage& usage) noexcept { return usage != Usage{}; }

/// The usage with its total, should that be missing and follow from the rest; one that was given is
/// never corrected.
inline Usage with_total(Usage usage) noexcept {
  if (!usage.total && usage.prompt && usage.completion)
    usage.total = *usage.prompt + *usage.completion;
  return usage;
}

/// The numbers found in one reply, each under a slot whose meaning is its reader's business. A
/// number found again takes the place of the one before, unless it is said to be a part: nothing is
/// lost to a null.
class CountSlots {
 public:
  static constexpr std::size_t size = 11;

  CountSlots() noexcept { values_.fill(unknown); }

  /// `count` is not negative.
  void set(std::size_t slot, std::int64_t count) noexcept { values_[slot] = count; }

  /// The same, to what the slot holds; a sum that is too large stays at the largest.
  void add(std::size_t slot, std::int64_t count) noexcept {
    const std::int64_t before = std::max<std::int64_t>(values_[slot], 0);
    values_[slot] = before + std::min(count, std::numeric_limits<std::int64_t>::max() - before);
  }

  /// Forgets what the slots from this one on hold.
  void clear_from(std::size_t slot) noexcept {
    for (; slot < size; ++slot) values_[slot] = unknown;
  }

  /// Whether any of the slots from this one on holds a count.
  bool has_from(std::size_t slot) const noexcept {
    return std::any_of(values_.begin() + static_cast<std::ptrdiff_t>(slot), values_.end(),
                       [](std::int64_t value) { return value != unknown; });
  }

  std::optional<std::uint64_t> operator[](std::size_t slot) const noexcept {
    if (values_[slot] == unknown) return std::nullopt;
    return static_cast<std::uint64_t>(values_[slot]);
  }

 private:
  static constexpr std::int64_t unknown = -1;
  std::array<std::int64_t, size> values_;
};

}  // namespace llmgw::proxy
