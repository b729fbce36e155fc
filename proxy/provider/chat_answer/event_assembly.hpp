// SPDX-License-Identifier: MIT
// PURE: the events of a stream one by one, each with its data whole.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "proxy/metering/sse_scanner.hpp"

namespace llmgw::proxy::chat_answer {

/// May be shown the stream in any pieces. Copies only events that do not lie within one piece, and
/// holds one of them at a time, bounded. Throws bad_alloc.
class EventAssembly {
 public:
  /// `most_event`: bytes of the data of one event.
  explicit EventAssembly(std::size_t most_event) noexcept : most_(most_event) {}

  enum class Found : std::uint8_t { nothing, event, too_large };

  /// Takes bytes off the front up to the end of an event, whose data then are in `data`, or takes
  /// all. They are good until the next call, or until the bytes are touched. Behind an event that
  /// is too large nothing is looked for.
  Found next(std::string_view& bytes, std::string_view& data);
  /// The body is over: the data of an event that lacks its blank line. Empty: none.
  std::string_view rest() const noexcept { return is_open_ ? held_ : std::string_view(); }

 private:
  bool hold(std::string_view data);
  void let_go() noexcept;

  static constexpr std::size_t kept_capacity = std::size_t{64} * 1024;  // between events

  SseScanner scanner_;
  std::string held_;  // data of the event under way
  std::size_t most_;
  bool is_open_ = false;
};

}  // namespace llmgw::proxy::chat_answer
