// SPDX-License-Identifier: MIT
// Framing of what the generator receives.
#include "bench/load/message.hpp"

#include <strings.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace llmgw::bench {
namespace {

bool starts_with_ignoring_case(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() &&
         ::strncasecmp(text.data(), prefix.data(), prefix.size()) == 0;
}

std::string_view take(std::string_view& input, std::uint64_t most) {
  const std::string_view taken = input.substr(0, most);
  input.remove_prefix(taken.size());
  return taken;
}

}  // namespace

Message::Step Message::next(std::string_view& input, std::string_view& piece) {
  if (place_ == Place::head) {
    if (!take_head(input)) return Step::need_more;
    place_ = chunked_ ? Place::chunk_line : Place::body;
  }
  if (place_ != Place::body) return next_chunked(input, piece);
  if (left_ == 0) {
    place_ = Place::head;
    return Step::end;
  }
  if (input.empty()) return Step::need_more;
  piece = take(input, left_);
  left_ -= piece.size();
  return Step::payload;
}

// True once partial_ is empty again and the head has been read.
bool Message::take_head(std::string_view& input) {
  constexpr std::string_view end = "\r\n\r\n";
  if (partial_.empty()) {
    const std::size_t at = input.find(end);
    if (at != input.npos) {
      read_fields(input.substr(0, at + 2));
      input.remove_prefix(at + end.size());
      return true;
    }
  }
  const std::size_t had = partial_.size();
  partial_.append(input);
  const std::size_t at = partial_.find(end, had < 3 ? 0 : had - 3);
  if (at == partial_.npos) {
    input = {};
    return false;
  }
  input.remove_prefix(at + end.size() - had);
  read_fields(std::string_view(partial_).substr(0, at + 2));
  partial_.clear();
  return true;
}

void Message::read_fields(std::string_view head) {
  status_ = 0;
  left_ = 0;
  chunked_ = false;
  if (head.starts_with("HTTP/1.1 ")) std::from_chars(&head[9], &head[12], status_);
  for (;;) {
    head.remove_prefix(head.find('\n') + 1);
    if (head.empty()) return;
    if (starts_with_ignoring_case(head, "content-length:")) {
      std::string_view digits = head.substr(15);
      while (digits.front() == ' ') digits.remove_prefix(1);
      std::from_chars(digits.data(), digits.data() + digits.size(), left_);
    } else if (starts_with_ignoring_case(head, "transfer-encoding: chunked")) {
      chunked_ = true;
    }
  }
}

// True once partial_ holds a whole line.
bool Message::take_line(std::string_view& input) {
  const std::size_t at = input.find('\n');
  partial_.append(take(input, at == input.npos ? input.size() : at + 1));
  return at != input.npos;
}

Message::Step Message::next_chunked(std::string_view& input, std::string_view& piece) {
  for (;;) {
    if (place_ == Place::chunk) {
      if (input.empty()) return Step::need_more;
      piece = take(input, left_);
      left_ -= piece.size();
      if (left_ == 0) place_ = Place::chunk_end;
      return Step::payload;
    }
    if (!take_line(input)) return Step::need_more;
    const std::string line = std::exchange(partial_, {});
    switch (place_) {
      case Place::chunk_line: {
        const auto parsed = std::from_chars(line.data(), line.data() + line.size(), left_, 16);
        if (parsed.ec != std::errc() || (*parsed.ptr != '\r' && *parsed.ptr != ';'))
          return Step::fault;
        place_ = left_ == 0 ? Place::last_line : Place::chunk;
        break;
      }
      case Place::chunk_end:
        if (line != "\r\n") return Step::fault;
        place_ = Place::chunk_line;
        break;
      default:
        if (line != "\r\n") break;  // a trailer
        place_ = Place::head;
        return Step::end;
    }
  }
}

}  // namespace llmgw::bench
