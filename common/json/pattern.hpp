// SPDX-License-Identifier: MIT
// PURE: knows a JSON document again that differs from an earlier one in its values alone.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "common/json/value.hpp"

namespace llmgw {

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
  [[gnu::cold]] static std::optional<JsonPattern> of(std::string_view document,
                                                     const JsonFinds& finds);

  JsonPattern(JsonPattern&&) noexcept = default;
  JsonPattern& operator=(JsonPattern&&) noexcept = default;

  /// The bytes at the front of `text` that are a document of this pattern; if there are any,
  /// values() is what a scan of them would report, else it means nothing.
  std::size_t match(std::string_view text) noexcept;
  /// Whether all documents of this pattern are without line ends.
  bool is_one_line() const noexcept { return is_one_line_; }
  /// Of the document matched last; good until that or the pattern is touched.
  std::span<const JsonValue> values() const noexcept { return wanted_; }

 private:
  JsonPattern() noexcept = default;

  static constexpr std::uint8_t not_wanted = JsonFinds::most;

  // Of a value.
  struct Place {
    std::uint16_t begin = 0;           // in text_
    std::uint16_t size = 0;            // there, quotes included
    std::uint8_t wanted = not_wanted;  // which one it is
  };

  struct Comparison {
    std::size_t size;   // of the document; 0 if it is another
    std::size_t place;  // where in text_ it first differs in what is fixed, or nowhere
  };
  static constexpr std::size_t nowhere = static_cast<std::size_t>(-1);

  [[gnu::cold]] bool add_values(std::string_view document, const JsonFinds& finds);
  void add_value(std::string_view spelt, std::uint8_t wanted);
  void complete(const Place& place) noexcept;
  void add_text(const char* from, const char* to) { text_.insert(text_.end(), from, to); }
  Comparison compare(std::string_view text) noexcept;
  [[gnu::cold]] static std::size_t difference(std::size_t fixed, std::string_view part,
                                              std::string_view rest) noexcept;
  [[gnu::cold]] bool open_at(std::size_t place) noexcept;

  std::vector<char> text_;     // a string may move its bytes, to which wanted_ points
  std::vector<Place> open_;    // where any value may stand
  std::vector<Place> closed_;  // where that of text_ has to; room for them is set aside in open_
  std::vector<JsonValue> wanted_;  // those at closed places are complete already
  bool is_one_line_ = false;
};

}  // namespace llmgw
