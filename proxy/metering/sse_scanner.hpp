// SPDX-License-Identifier: MIT
// PURE: an event stream (HTML Living Standard section 9.2) taken apart as it comes.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "common/text/bounded_string.hpp"

namespace llmgw::proxy {

/// Something found in an event stream.
struct SsePiece {
  enum class Kind : std::uint8_t {
    whole_data,  ///< all data of one event, and the event's end
    data,        ///< the next bytes of the data of the event under way
    end,         ///< the event under way, of which data came, is complete
    name,        ///< the name of the event under way, cut to max_event_name bytes
  };
  Kind kind;
  /// Good until the scanner or the bytes it was shown are touched.
  std::string_view text;
};

inline constexpr std::size_t max_event_name = 31;

/// Line scanner that may be shown the stream in any pieces, and holds nothing of the data. An event
/// that lies within one piece is reported at once, others part by part, lines joined by LF. A
/// stream's last event counts although its blank line is missing: the data reported so far are its
/// data.
class SseScanner {
 public:
  /// Takes bytes off the front up to the next find and returns that, or all and returns nothing.
  std::optional<SsePiece> next(std::string_view& bytes) noexcept;

  /// Where `bytes` begin an event with a line of data: what follows the field's name, to whatever
  /// end. Else nothing.
  std::string_view data_ahead(std::string_view bytes) const noexcept;
  /// Of data_ahead(), no line end is before `end`: takes the event off `bytes` if the line and the
  /// event end there; else takes nothing and returns false.
  bool take_event(std::string_view& bytes, const char* end) noexcept;

  /// The stream is over: the name on a last line that lacks its end.
  std::optional<SsePiece> finish() noexcept;

 private:
  enum class State : std::uint8_t { byte_order_mark, line_start, field, space, value };
  enum class Field : std::uint8_t { other, data, event };

  std::optional<SsePiece> begin_line(std::string_view& bytes) noexcept;
  std::optional<SsePiece> take_whole(std::string_view& bytes) noexcept;
  std::optional<SsePiece> read_field(std::string_view& bytes) noexcept;
  std::optional<SsePiece> read_value(std::string_view& bytes) noexcept;
  void skip_mark(std::string_view& bytes) noexcept;
  void take_line_end(std::string_view& bytes) noexcept;

  State state_ = State::byte_order_mark;
  Field field_ = Field::other;
  std::uint8_t mark_size_ = 0;          // bytes of a byte order mark seen
  bool is_after_return_ = false;        // an LF to come belongs to a CR before it
  bool has_data_ = false;               // the event under way has a data line
  BoundedString<max_event_name> name_;  // of the field under way, then of the event
};

}  // namespace llmgw::proxy
