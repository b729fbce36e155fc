// SPDX-License-Identifier: MIT
// Finding where events begin and end. The scanner knows that of the events it vouches for. For the
// others it is only as good as the JSON is, so each piece is then parsed by itself.
#include "collector/ingest_decode.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "common/event/check.hpp"
#include "common/event/scan.hpp"
#include "common/json/nesting.hpp"

namespace llmgw::collector {
namespace {

constexpr std::string_view white_space = " \t\r\n";
constexpr std::size_t npos = std::string_view::npos;

constexpr bool is_white(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(white_space);
  if (begin == npos) return {};
  return text.substr(begin, text.find_last_not_of(white_space) + 1 - begin);
}

// The closing quote of the string that opens at `at`, or npos.
std::size_t end_of_string(std::string_view text, std::size_t at) {
  for (++at; at < text.size(); ++at) {
    if (text[at] == '\\') {
      ++at;
    } else if (text[at] == '"') {
      return at;
    }
  }
  return npos;
}

// Behind the bracket that closes the one at `at`, or npos.
std::size_t end_of_brackets(std::string_view text, std::size_t at) {
  JsonNesting nesting;
  const char* const end = nesting.skip(text.data() + at + 1, text.data() + text.size());
  return nesting.is_open() ? npos : static_cast<std::size_t>(end - text.data());
}

// Behind the value that begins at `at`: after its closing bracket, or for a scalar at the comma or
// bracket that ends it. npos where the text ends first.
std::size_t end_of_value(std::string_view text, std::size_t at) {
  for (; at < text.size(); ++at) {
    switch (text[at]) {
      case '"':
        at = end_of_string(text, at);
        if (at == npos) return npos;
        break;
      case '{':
      case '[': return end_of_brackets(text, at);
      case '}':
      case ']':
      case ',': return at;
      default: break;
    }
  }
  return npos;
}

void append_on_one_line(std::string_view json, std::string& out) {
  if (json.find_first_of("\r\n") == npos) {
    out += json;
    return;
  }
  for (std::size_t at = 0; at < json.size(); ++at) {
    if (json[at] == '"') {
      const std::size_t end = end_of_string(json, at) + 1;
      out += json.substr(at, end - at);
      at = end - 1;
    } else if (white_space.find(json[at]) == npos) {
      out += json[at];
    }
  }
}

class Decoder {
 public:
  using Outcome = boost::system::result<Batch, DecodeFault>;

  explicit Decoder(std::string body) : owned_(std::move(body)), body_(owned_) {
    constexpr std::size_t short_event = 400;
    batch_.lines.reserve(body_.size() / short_event + 1);
  }

  // Of lines alone.
  Outcome decode_lines_behind(std::size_t lines_before) {
    lines_before_ = lines_before;
    is_log_ = true;
    decode_lines(0);
    if (fault_) return std::move(*fault_);
    take_text();
    return std::move(batch_);
  }

  Outcome decode() {
    const std::size_t begin = body_.find_first_not_of(white_space);
    if (begin == npos) return DecodeFault{"the body is empty"};
    body_[begin] == '[' ? decode_array(begin) : decode_lines(begin);
    if (fault_) return std::move(*fault_);
    take_text();
    return std::move(batch_);
  }

 private:
  bool decode_lines(std::size_t at) {
    while (at < body_.size()) {
      if (!is_white(body_[at])) {
        if (!take_line(at)) return false;
      } else {
        ++at;
      }
    }
    return true;
  }

  // The line that begins at `at`, which moves behind it.
  bool take_line(std::size_t& at) {
    if (const auto event = scan_event(body_.substr(at))) {
      const std::size_t end = at + event->size;
      std::size_t next = end;
      while (next < body_.size() && body_[next] != '\n' && is_white(body_[next])) ++next;
      if (next == body_.size() || body_[next] == '\n') {
        keep(at, end, event->event_id);
        at = next + 1;
        return true;
      }
    }
    const std::size_t end = std::min(body_.find('\n', at), body_.size());
    const std::string_view line = trimmed(body_.substr(at, end - at));
    if (!is_log_ && batch_.lines.empty() && line.front() == '{' && end_of_value(line, 0) == npos) {
      const std::size_t begin = std::exchange(at, body_.size());
      return add("event", 1, trimmed(body_.substr(begin)));
    }
    if (!add("line", line_number(at), line)) return false;
    at = end + 1;
    return true;
  }

  bool decode_array(std::size_t at) {
    constexpr std::string_view element = "element";
    at = body_.find_first_not_of(white_space, at + 1);
    if (at != npos && body_[at] == ']') return end_array(at);
    for (std::size_t number = 1;; ++number) {
      if (at == npos) return refuse(element, number, "the array ends within it");
      std::size_t end = 0;
      if (const auto event = scan_event(body_.substr(at))) {
        end = at + event->size;
        keep(at, end, event->event_id);
      } else {
        end = end_of_value(body_, at);
        if (end == npos) return refuse(element, number, "the array ends within it");
        if (!add(element, number, trimmed(body_.substr(at, end - at)))) return false;
      }
      at = body_.find_first_not_of(white_space, end);
      if (at == npos) return refuse(element, number, "the array ends behind it without a ]");
      if (body_[at] == ']') return end_array(at);
      if (body_[at] != ',') return refuse(element, number, "is followed by neither , nor ]");
      at = body_.find_first_not_of(white_space, at + 1);
    }
  }

  bool end_array(std::size_t at) {
    if (body_.find_first_not_of(white_space, at + 1) == npos) return true;
    fault_ = DecodeFault{"there is more behind the array"};
    return false;
  }

  // An event that the scanner would not vouch for.
  bool add(std::string_view unit, std::size_t number, std::string_view json) {
    // The parser would skip a byte order mark, which has no place inside a file.
    if (!json.starts_with('{')) return refuse(unit, number, "not a JSON object");
    const auto checked = validate_event(json);
    if (!checked) return refuse(unit, number, checked.error().text);
    begin_copy();
    append_on_one_line(json, batch_.text);
    end_copied_line(checked->event_id);
    return true;
  }

  // An event on one line. As long as lines follow each other with nothing between them, the body
  // itself is what will be stored.
  void keep(std::size_t begin, std::size_t end, std::string_view id) {
    const bool is_in_place = !copying_ && begin == stored_ && !is_within_line(end);
    if (is_in_place) {
      stored_ = end + 1;
      batch_.lines.push_back({stored_, event_key(id)});
      return;
    }
    begin_copy();
    batch_.text += body_.substr(begin, end - begin);
    end_copied_line(id);
  }

  bool is_within_line(std::size_t at) const { return at < body_.size() && body_[at] != '\n'; }

  void begin_copy() {
    if (std::exchange(copying_, true)) return;
    batch_.text.reserve(body_.size() + 1);
    batch_.text = body_.substr(0, stored_);
  }

  void end_copied_line(std::string_view id) {
    batch_.text += '\n';
    batch_.lines.push_back({batch_.text.size(), event_key(id)});
  }

  void take_text() {
    if (copying_) return;
    batch_.text = std::move(owned_);
    batch_.text.resize(stored_, '\n');  // an end for the last line, or none for blank ones
  }

  // Counted only where it is asked for, and on from there.
  std::size_t line_number(std::size_t at) {
    const std::string_view between = body_.substr(counted_, at - counted_);
    lines_before_ += static_cast<std::size_t>(std::count(between.begin(), between.end(), '\n'));
    counted_ = at;
    return lines_before_ + 1;
  }

  bool refuse(std::string_view unit, std::size_t number, std::string_view reason) {
    std::string text(unit);
    text.append(" ").append(std::to_string(number)).append(": ").append(reason);
    fault_ = DecodeFault{std::move(text)};
    return false;
  }

  std::string owned_;
  std::string_view body_;
  Batch batch_;
  std::optional<DecodeFault> fault_;
  std::size_t stored_ = 0;  // bytes of the body that are lines to be stored as they are
  bool is_log_ = false;     // no event goes over several lines
  bool copying_ = false;    // lines go to batch_.text
  std::size_t counted_ = 0;
  std::size_t lines_before_ = 0;
};

}  // namespace

boost::system::result<Batch, DecodeFault> decode_events(std::string body) {
  return Decoder(std::move(body)).decode();
}

boost::system::result<Batch, DecodeFault> decode_event_lines(std::string lines,
                                                             std::size_t lines_before) {
  return Decoder(std::move(lines)).decode_lines_behind(lines_before);
}

}  // namespace llmgw::collector
