// SPDX-License-Identifier: MIT
// PURE: the data of one event that comes in several lines, in one piece.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "common/json/nesting.hpp"

namespace llmgw::proxy {

inline constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

/// The size of `data:` and the one space that may follow it; 0 if the line is of another field.
std::size_t data_prefix(std::string_view line) noexcept;

/// The event with white space for all that is not data, so that each byte stays in its place. Looks
/// at each byte once, in however many lines they come.
class EventData {
 public:
  /// The event as far as its lines are complete, or for good; more of what was shown before.
  void show(std::string_view event);
  std::string_view text() const noexcept { return text_; }

  /// Whether the JSON in it has not come to its end, or has not begun.
  bool goes_on() noexcept;

  void clear() noexcept {
    if (!text_.empty()) std::string().swap(text_);
    scanned_ = 0;
  }

 private:
  std::string text_;
  std::size_t scanned_ = 0;  // of that, by `nesting_`
  JsonNesting nesting_;
};

}  // namespace llmgw::proxy
