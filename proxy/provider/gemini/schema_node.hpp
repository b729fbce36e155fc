// SPDX-License-Identifier: MIT
// PURE: one schema by its keywords, before it is written.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string_view>
#include <utility>

#include "proxy/provider/gemini/schema_keywords.hpp"

namespace llmgw::proxy::gemini::schema {

/// Values are parts of the document, and empty where there is none. Of several values of a keyword
/// the first one counts.
class Node {
 public:
  std::string_view operator[](Keyword keyword) const noexcept {
    return values_[static_cast<std::size_t>(keyword)];
  }
  bool has(Keyword keyword) const noexcept { return !(*this)[keyword].empty(); }

  void note(Keyword keyword, std::string_view value) noexcept {
    std::string_view& held = values_[static_cast<std::size_t>(keyword)];
    if (held.empty()) held = value;
    const auto known = order();
    if (std::find(known.begin(), known.end(), keyword) == known.end()) order_[size_++] = keyword;
  }
  std::string_view take(Keyword keyword) noexcept {
    return std::exchange(values_[static_cast<std::size_t>(keyword)], std::string_view());
  }

  /// In the order in which they were met; some may have been taken.
  std::span<const Keyword> order() const noexcept { return {order_.data(), size_}; }

  void set_nullable() noexcept { is_nullable_ = true; }
  bool is_nullable() const noexcept { return is_nullable_; }

 private:
  std::array<std::string_view, keyword_count> values_;
  std::array<Keyword, keyword_count> order_;
  std::size_t size_ = 0;
  bool is_nullable_ = false;
};

}  // namespace llmgw::proxy::gemini::schema
