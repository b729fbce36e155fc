// SPDX-License-Identifier: MIT
// Whole events by one search for a line end; what is cut goes through a state for each place in a
// line.
#include "proxy/metering/sse_scanner.hpp"

#include <algorithm>
#include <utility>

#include "common/text/byte_search.hpp"

namespace llmgw::proxy {
namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
constexpr std::string_view data_field = "data:";

std::size_t line_size(std::string_view bytes) noexcept {
  const char* const at = bytes.data();
  return static_cast<std::size_t>(find_line_end(at, at + bytes.size()) - at);
}

bool is_line_end(char c) { return c == '\n' || c == '\r'; }

}  // namespace

std::optional<SsePiece> SseScanner::next(std::string_view& bytes) noexcept {
  while (!bytes.empty()) {
    if (is_after_return_) {
      is_after_return_ = false;
      if (bytes.front() == '\n') bytes.remove_prefix(1);
      continue;
    }
    std::optional<SsePiece> found;
    switch (state_) {
      case State::byte_order_mark: skip_mark(bytes); break;
      case State::line_start: found = begin_line(bytes); break;
      case State::field: found = read_field(bytes); break;
      case State::space:
        if (bytes.front() == ' ') bytes.remove_prefix(1);
        state_ = State::value;
        break;
      case State::value: found = read_value(bytes); break;
    }
    if (found) return found;
  }
  return std::nullopt;
}

std::string_view SseScanner::data_ahead(std::string_view bytes) const noexcept {
  const bool is_at_begin = state_ == State::byte_order_mark && mark_size_ == 0;
  if ((!is_at_begin && state_ != State::line_start) || has_data_) return {};
  if (is_at_begin && bytes.starts_with(byte_order_mark))
    bytes.remove_prefix(byte_order_mark.size());
  if (is_after_return_ && bytes.starts_with('\n')) bytes.remove_prefix(1);
  if (!bytes.starts_with(data_field)) return {};
  bytes.remove_prefix(data_field.size());
  if (bytes.starts_with(' ')) bytes.remove_prefix(1);
  return bytes;
}

// A CR at the very end leaves open what follows.
bool SseScanner::take_event(std::string_view& bytes, const char* end) noexcept {
  std::string_view rest(end, static_cast<std::size_t>(bytes.data() + bytes.size() - end));
  if (rest.size() < 2 || !is_line_end(rest.front())) return false;
  rest.remove_prefix(rest.starts_with("\r\n") ? 2 : 1);
  if (rest.empty() || !is_line_end(rest.front())) return false;
  bytes = rest;
  take_line_end(bytes);
  state_ = State::line_start;
  return true;
}

std::optional<SsePiece> SseScanner::finish() noexcept {
  const bool has_name = state_ == State::value && field_ == Field::event && !name_.empty();
  state_ = State::line_start;
  if (!has_name) return std::nullopt;
  return SsePiece{SsePiece::Kind::name, name_.view()};
}

void SseScanner::skip_mark(std::string_view& bytes) noexcept {
  if (bytes.front() == byte_order_mark[mark_size_]) {
    bytes.remove_prefix(1);
    if (++mark_size_ == byte_order_mark.size()) state_ = State::line_start;
    return;
  }
  // Part of a mark begins the name of a field that nobody knows.
  field_ = Field::other;
  state_ = mark_size_ == 0 ? State::line_start : State::value;
}

std::optional<SsePiece> SseScanner::begin_line(std::string_view& bytes) noexcept {
  if (is_line_end(bytes.front())) {
    take_line_end(bytes);
    if (!std::exchange(has_data_, false)) return std::nullopt;
    return SsePiece{SsePiece::Kind::end, {}};
  }
  if (auto whole = take_whole(bytes)) return whole;
  field_ = Field::other;
  state_ = bytes.front() == ':' ? State::value : State::field;  // a comment is a line to be skipped
  name_.clear();
  return std::nullopt;
}

std::optional<SsePiece> SseScanner::take_whole(std::string_view& bytes) noexcept {
  const std::string_view ahead = data_ahead(bytes);
  if (ahead.empty()) return std::nullopt;
  const std::string_view data = ahead.substr(0, line_size(ahead));
  if (!take_event(bytes, data.data() + data.size())) return std::nullopt;
  return SsePiece{SsePiece::Kind::whole_data, data};
}

std::optional<SsePiece> SseScanner::read_field(std::string_view& bytes) noexcept {
  const auto end =
      std::find_if(bytes.begin(), bytes.end(), [](char c) { return c == ':' || is_line_end(c); });
  const auto size = static_cast<std::size_t>(end - bytes.begin());
  name_.append(bytes.substr(0, size));
  bytes.remove_prefix(size);
  if (bytes.empty()) return std::nullopt;
  // A name that was cut is none of these, whatever is left of it.
  const std::string_view name = name_.is_cut() ? std::string_view() : name_.view();
  const bool is_data = name == "data";
  const bool is_error = name == "error";
  field_ = is_data ? Field::data : name == "event" ? Field::event : Field::other;
  name_.clear();
  state_ = State::value;
  if (bytes.front() == ':') {
    bytes.remove_prefix(1);
    state_ = State::space;
  }
  // Some servers put a failure into a field of its own: `error: {…}`.
  if (is_error) return SsePiece{SsePiece::Kind::name, "error"};
  if (!is_data) return std::nullopt;
  return SsePiece{SsePiece::Kind::data, std::exchange(has_data_, true) ? "\n" : ""};
}

std::optional<SsePiece> SseScanner::read_value(std::string_view& bytes) noexcept {
  const std::string_view value = bytes.substr(0, line_size(bytes));
  bytes.remove_prefix(value.size());
  if (field_ == Field::event) name_.append(value);
  const bool is_complete = !bytes.empty();
  if (is_complete) {
    take_line_end(bytes);
    state_ = State::line_start;
  }
  if (field_ == Field::data && !value.empty()) return SsePiece{SsePiece::Kind::data, value};
  if (field_ != Field::event || !is_complete || name_.empty()) return std::nullopt;
  return SsePiece{SsePiece::Kind::name, name_.view()};
}

void SseScanner::take_line_end(std::string_view& bytes) noexcept {
  is_after_return_ = bytes.front() == '\r';
  bytes.remove_prefix(1);
}

}  // namespace llmgw::proxy
