// SPDX-License-Identifier: MIT
// PURE: keeps from the client what its stream holds only because the usage was asked for.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "proxy/provider/answer_edit.hpp"
#include "proxy/provider/openai/event_data.hpp"
#include "proxy/provider/openai/usage_chunk.hpp"

namespace llmgw::proxy {

/// Follows the events of a stream of chat completion chunks, in any split, to the same result.
/// Whatever lies whole within a span and stays leaves as a view of that span. Held is only an event
/// of which too little has come to judge it: until the line with the end of its JSON, or up to
/// `hold_limit` bytes; an event whose JSON is larger than that, or lies in more than `line_limit`
/// lines, passes as it is. Of an event that never comes whole only what was surely not asked for
/// leaves: see unasked_begin().
class UsageFilter final : public AnswerEdit {
 public:
  /// See judge_chunk.
  explicit UsageFilter(bool usage_beside_choices_is_asked_for) noexcept
      : beside_choices_is_asked_for_(usage_beside_choices_is_asked_for) {}

  bool pass(std::string_view payload, Gather& out) override;
  bool finish(Gather& out) override;
  void release(errc fault, Gather& out) override;

  static constexpr std::size_t hold_limit = 64 * 1024;
  static constexpr unsigned line_limit = 256;

 private:
  // What becomes of the bytes at hand.
  enum class Fate : std::uint8_t {
    outside,    // in no event yet: they pass
    undecided,  // in an event that may lose some
    keep,       // in an event that has been judged
    drop,
  };
  struct Span;

  void follow_line(Span& span);
  void take_line_end(Span& span) noexcept;
  void take_pending_feed(Span& span) noexcept;
  void begin_event(Span& span) noexcept;
  void gather_line(Span& span);
  void judge_line(Span& span, std::string_view event, std::string_view line, bool is_all);
  void end_event(Span& span, std::string_view event);
  ChunkVerdict judge_data(std::string_view event, std::string_view line, bool is_all);
  std::size_t unasked_size();
  void settle(Span& span, std::string_view event, const ChunkVerdict& verdict);
  void let_go(Span& span, Fate fate);

  std::string held_;            // the event under way, as far as it came in earlier spans
  EventData data_;              // of that event, should it take several lines
  std::size_t line_start_ = 0;  // in the event under way, of its last line
  unsigned lines_ = 0;          // of that event, complete
  Fate fate_ = Fate::outside;
  bool beside_choices_is_asked_for_;
  bool in_line_ = false;          // outside, keep, drop: bytes of the line have been seen
  bool feed_may_follow_ = false;  // a line ended in CR at the end of a span
  bool feed_is_dropped_ = false;  // if one does
  bool is_at_start_ = true;       // of the stream, where a byte order mark may stand
  bool is_off_ = false;           // everything passes from here on
};

}  // namespace llmgw::proxy
