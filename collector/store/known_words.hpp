// SPDX-License-Identifier: MIT
// PURE: KnownWords: numbers of texts, as far as one connection to a store has met them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "collector/store/event_row.hpp"

namespace llmgw::collector {

class KnownWords {
 public:
  std::optional<std::int64_t> find(Column kind, std::string_view text) const {
    const Numbers& known = numbers_[static_cast<std::size_t>(kind)];
    const auto found = known.find(text);
    return found == known.end() ? std::nullopt : std::optional(found->second);
  }
  void add(Column kind, std::string_view text, std::int64_t number) {
    size_ += numbers_[static_cast<std::size_t>(kind)].emplace(text, number).second ? 1 : 0;
  }
  void remove(Column kind, const std::string& text) {
    size_ -= numbers_[static_cast<std::size_t>(kind)].erase(text);
  }
  void clear() noexcept {
    for (Numbers& each : numbers_) each.clear();
    size_ = 0;
  }
  /// Forgets all where it has become too much.
  void bound() noexcept {
    if (size_ > most) clear();
  }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
      return std::hash<std::string_view>()(text);
    }
  };
  using Numbers = std::unordered_map<std::string, std::int64_t, Hash, std::equal_to<>>;
  static constexpr std::size_t most = 100'000;

  std::array<Numbers, column_count> numbers_;
  std::size_t size_ = 0;
};

}  // namespace llmgw::collector
