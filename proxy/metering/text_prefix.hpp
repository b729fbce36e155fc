// SPDX-License-Identifier: MIT
// PURE: what the events of one stream have in common around their text, so that it is scanned once.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "proxy/metering/json_scanner.hpp"

namespace llmgw::proxy {

/// Nearly all events of a chat stream are the same bytes around their text, and around one more
/// string behind it (`obfuscation`). Where they are, a scanner would come through the same places
/// as the last time: comparing takes a fraction of scanning, and cannot go wrong.
class TextPrefix {
 public:
  static constexpr std::size_t most = 1024;  ///< bytes of either part; longer ones are scanned
  static constexpr std::uint8_t most_misses = 8;

  /// The bytes before `text`, which lies in `event`; `place` is the scanner's behind it. Learns no
  /// more after some that were never met again (some APIs number their events). Throws bad_alloc.
  void learn(std::string_view event, std::string_view text, const JsonScanner::Place& place);
  /// What lay behind the text that was taken or learned last, and held nothing wanted. Throws
  /// bad_alloc.
  void learn_rest(std::string_view rest);

  enum class Match : std::uint8_t { none, text, all };
  /// How much of `event` is known. If not `none`, `size` is the number of bytes that its text
  /// stands for, and `event` what lies behind that.
  Match take(std::string_view& event, std::uint64_t& size) noexcept;

  const JsonScanner::Place& place() const noexcept { return place_; }

 private:
  bool is_known_rest(std::string_view rest) const noexcept;

  std::string begin_;      // ends with the quote that begins the text
  std::string rest_head_;  // ends with the quote that begins the last string, if there is one
  std::string rest_tail_;  // begins with the quote that ends it
  JsonScanner::Place place_;
  std::uint8_t misses_ = 0;
  std::uint8_t rest_misses_ = 0;
  bool knows_rest_ = false;
};

}  // namespace llmgw::proxy
