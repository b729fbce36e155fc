// SPDX-License-Identifier: MIT
// Finding where events begin and end. What is found is only as good as the JSON is, so each piece
// is then parsed by itself.
#include "collector/ingest_decode.hpp"

#include <optional>

#include "common/event_check.hpp"

namespace llmgw::collector {
namespace {

constexpr std::string_view white_space = " \t\r\n";
constexpr std::size_t npos = std::string_view::npos;

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

// Behind the value that begins at `at`: after its closing bracket, or for a scalar at the comma or
// bracket that ends it. npos where the text ends first.
std::size_t end_of_value(std::string_view text, std::size_t at) {
  std::size_t depth = 0;
  for (; at < text.size(); ++at) {
    switch (text[at]) {
      case '"':
        at = end_of_string(text, at);
        if (at == npos) return npos;
        break;
      case '{':
      case '[': ++depth; break;
      case '}':
      case ']':
        if (depth == 0) return at;
        if (--depth == 0) return at + 1;
        break;
      case ',':
        if (depth == 0) return at;
        break;
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

  explicit Decoder(std::string_view body) : body_(body) { batch_.text.reserve(body.size() + 1); }

  Outcome decode() {
    const std::size_t begin = body_.find_first_not_of(white_space);
    if (begin == npos) return DecodeFault{"the body is empty"};
    if (body_[begin] == '[') {
      decode_array(begin);
    } else {
      const std::string_view first = body_.substr(begin, body_.find('\n', begin) - begin);
      const bool is_long = first.front() == '{' && end_of_value(first, 0) == npos;
      is_long ? add("event", 1, trimmed(body_)) : decode_lines();
    }
    if (fault_) return std::move(*fault_);
    return std::move(batch_);
  }

 private:
  bool decode_lines() {
    std::size_t number = 1;
    for (std::size_t begin = 0; begin < body_.size(); ++number) {
      const std::size_t end = std::min(body_.find('\n', begin), body_.size());
      const std::string_view line = trimmed(body_.substr(begin, end - begin));
      if (!line.empty() && !add("line", number, line)) return false;
      begin = end + 1;
    }
    return true;
  }

  bool decode_array(std::size_t at) {
    constexpr std::string_view element = "element";
    at = body_.find_first_not_of(white_space, at + 1);
    if (at != npos && body_[at] == ']') return end_array(at);
    for (std::size_t number = 1;; ++number) {
      const std::size_t end = at == npos ? npos : end_of_value(body_, at);
      if (end == npos) return refuse(element, number, "the array ends within it");
      if (!add(element, number, trimmed(body_.substr(at, end - at)))) return false;
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

  bool add(std::string_view unit, std::size_t number, std::string_view json) {
    // The parser would skip a byte order mark, which has no place inside a file.
    if (!json.starts_with('{')) return refuse(unit, number, "not a JSON object");
    const auto checked = validate_event(json);
    if (!checked) return refuse(unit, number, checked.error().text);
    append_on_one_line(json, batch_.text);
    batch_.text += '\n';
    auto& line = batch_.lines.emplace_back(Batch::Line{batch_.text.size(), std::nullopt});
    if (!checked->event_id.empty()) line.key = event_key(checked->event_id);
    return true;
  }

  bool refuse(std::string_view unit, std::size_t number, std::string_view reason) {
    std::string text(unit);
    text.append(" ").append(std::to_string(number)).append(": ").append(reason);
    fault_ = DecodeFault{std::move(text)};
    return false;
  }

  std::string_view body_;
  Batch batch_;
  std::optional<DecodeFault> fault_;
};

}  // namespace

boost::system::result<Batch, DecodeFault> decode_events(std::string_view body) {
  return Decoder(body).decode();
}

}  // namespace llmgw::collector
