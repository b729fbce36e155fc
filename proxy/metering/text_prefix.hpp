// SPDX-License-Identifier: MIT
// PURE: what the events of one stream have in common before their text, so that it is scanned once.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "proxy/metering/json_scanner.hpp"

namespace llmgw::proxy {

/// Nearly all events of a chat stream begin with the same bytes, up to the quote before their text.
/// Where they do, a scanner stands at the same place behind that text as it did the last time:
/// comparing them costs a tenth of scanning them, and cannot go wrong.
class TextPrefix {
 public:
  static constexpr std::size_t most = 1024;  ///< bytes of a prefix; longer ones are scanned
  static constexpr std::uint8_t most_misses = 8;

  /// `text` lies in `event`; `place` is the scanner's behind it. Learns no more after some prefixes
  /// in a row that were never met again (some APIs number their events). Throws bad_alloc.
  void learn(std::string_view event, std::string_view text, const JsonScanner::Place& place);

  /// Whether `event` begins with the prefix and its text ends within it: `size` is then the number
  /// of bytes that the text stands for, and `event` what lies behind it.
  bool take(std::string_view& event, std::uint64_t& size) noexcept;

  const JsonScanner::Place& place() const noexcept { return place_; }

 private:
  std::string bytes_;  // ends with the quote that begins the text
  JsonScanner::Place place_;
  std::uint8_t misses_ = 0;
};

}  // namespace llmgw::proxy
