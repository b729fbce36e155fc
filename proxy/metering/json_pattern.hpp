// SPDX-License-Identifier: MIT
// PURE: knows a JSON document again that differs from an earlier one in its values alone.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/metering/json_value.hpp"

namespace llmgw::proxy {

/// The wanted values of one document, in their order.
class JsonFinds {
 public:
  static constexpr std::size_t most = 24;

  void clear() noexcept { size_ = 0; }
  /// Beyond `most` they are counted, not kept.
  void add(const JsonValue& value) noexcept {
    if (size_ < most) values_[size_] = value;
    ++size_;
  }
  bool has_all() const noexcept { return size_ <= most; }
  const JsonValue* begin() const noexcept { return values_.data(); }
  const JsonValue* end() const noexcept { return values_.data() + (has_all() ? size_ : most); }

 private:
  std::array<JsonValue, most> values_;
  std::size_t size_ = 0;
};

/// The text of a document, and where in it the strings, numbers, true, false and null stand that
/// are values. Of another document that has other such values there and is the same to the byte
/// elsewhere, a scanner would report the values at the same places: so they are, after a few
/// comparisons. Values are compared like the rest until one is seen to change.
class JsonPattern {
 public:
  static constexpr std::size_t most_bytes = 2048;  ///< of a document, long strings left out
  static constexpr std::size_t most_values = 64;

  /// Of a document in which a scan has reported `finds`. Nothing if that is no JSON, too large, or
  /// has more of a wanted value than can be told from its end. Throws bad_alloc.
  static std::optional<JsonPattern> of(std::string_view document, const JsonFinds& finds);

  /// Whether `document` is of this pattern; if so `finds` is what a scan would report, good until
  /// either of both is touched. Else what it holds means nothing.
  bool match(std::string_view document, JsonFinds& finds) noexcept;

 private:
  struct Value {
    std::uint16_t begin = 0;  // in text_
    std::uint16_t size = 0;   // there, quotes included
    std::uint8_t tag = 0;     // 0: not wanted
    JsonKind kind = JsonKind::null;
    bool is_open = false;  // any value may stand here; else that of text_
  };

  static constexpr std::size_t matched = static_cast<std::size_t>(-1);

  bool add_values(std::string_view document, const JsonFinds& finds);
  void add_value(std::string_view spelt, std::uint8_t tag);
  std::size_t difference(std::string_view document, JsonFinds& finds) const noexcept;
  JsonValue closed_value(const Value& value) const noexcept;
  bool open_at(std::size_t place) noexcept;

  std::string text_;
  std::vector<Value> values_;  // wanted or open
  std::vector<Value> closed_;  // all others; room for them is set aside in values_
};

}  // namespace llmgw::proxy
