// SPDX-License-Identifier: MIT
// One state per place in the grammar (RFC 8259), so that a document may be cut anywhere.
#include "common/json/scanner.hpp"

#include <algorithm>

#include "common/json/literal.hpp"
#include "common/json/scalar.hpp"
#include "common/text/byte_search.hpp"

namespace llmgw {

using json_literal::is;
using json_literal::literal;
using json_literal::literal_value;
using json_literal::skip;
using json_literal::space;
using json_literal::text_between;

void JsonScanner::begin(const JsonKey& root) noexcept {
  key_ = &root;
  state_ = State::value;
  level_ = 0;
  arrays_ = 0;
}

inline bool JsonScanner::reach_quote(Input& in) noexcept {  // which is not taken
  if (is_escaped_ && in.at != in.end) {
    is_escaped_ = false;
    ++in.at;
  }
  for (;;) {
    in.at = find_quote_or_escape(in.at, in.end);
    if (in.at == in.end) return false;
    if (*in.at == '"') return true;
    has_escape_ = true;
    if (in.end - in.at == 1) {
      is_escaped_ = true;
      in.at = in.end;
      return false;
    }
    in.at += 2;
  }
}

inline void JsonScanner::begin_text(State state) noexcept {
  has_escape_ = false;
  is_escaped_ = false;
  state_ = state;
}

// A text or literal that ends at `to`, with what was kept of it from the pieces before.
inline std::string_view JsonScanner::joined(const char* from, const char* to) {
  if (kept_.empty()) return text_between(from, to);
  keep(from, to);
  return kept_;
}

void JsonScanner::keep(const char* from, const char* to) {
  const auto size = static_cast<std::size_t>(to - from);
  kept_.append(from, std::min(size, max_raw_text - kept_.size()));
}

inline void JsonScanner::leave(bool is_array) noexcept {
  const bool is_matched = is_array == in_array();
  --level_;
  state_ = is_matched && level_ > 0 ? State::comma : State::done;
}

inline void JsonScanner::enter(bool is_array) noexcept {
  const bool is_followed = key_ != nullptr && level_ < max_levels &&
                           (is_array ? key_->element != nullptr : key_->object != nullptr);
  if (!is_followed) {
    nesting_.begin();
    state_ = State::nested;
    return;
  }
  holders_[level_++] = key_;
  const auto bit = static_cast<std::uint8_t>(1u << level_);
  arrays_ = static_cast<std::uint8_t>(is_array ? arrays_ | bit : arrays_ & ~bit);
  key_ = key_->element;
  state_ = is_array ? State::value : State::key;
}

// Also skips what is left of an unwanted number, true, false or null.
inline bool JsonScanner::read_comma(Input& in) noexcept {
  in.at = skip(space | literal, in.at, in.end);
  if (in.at == in.end) return false;
  const char first = *in.at++;
  if (first == ',') {
    key_ = holders_[level_ - 1u]->element;
    state_ = in_array() ? State::value : State::key;
    return state_ == State::key;
  }
  if (first == '}' || first == ']') {
    leave(first == ']');
  } else {
    state_ = State::done;
  }
  return false;
}

inline bool JsonScanner::begin_key(Input& in) noexcept {
  in.at = skip(space, in.at, in.end);
  if (in.at == in.end) return false;
  const char first = *in.at++;
  if (first == '"') {
    kept_.clear();
    begin_text(State::key_text);
    return true;
  }
  if (first == '}') {
    leave(false);
  } else {
    state_ = State::done;
  }
  return false;
}

inline bool JsonScanner::read_key(Input& in) {
  const char* const from = in.at;
  if (!reach_quote(in)) {
    keep(from, in.end);
    return false;
  }
  const std::string_view raw = joined(from, in.at++);
  const JsonShape& shape = *holders_[level_ - 1u]->object;
  if (has_escape_) {
    BoundedString<64> name;
    append_unescaped(raw, name);
    key_ = shape.find(name.view());
  } else {
    key_ = shape.find(raw);
  }
  state_ = State::colon;
  return true;
}

inline bool JsonScanner::read_colon(Input& in) noexcept {
  in.at = skip(space, in.at, in.end);
  if (in.at == in.end) return false;
  state_ = *in.at++ == ':' ? State::value : State::done;
  return state_ == State::value;
}

inline bool JsonScanner::begin_value(Input& in, JsonValue& found) noexcept {
  in.at = skip(space, in.at, in.end);
  if (in.at == in.end) return false;
  const bool is_wanted = key_ != nullptr && key_->tag != 0;
  const char first = *in.at;
  if (first == '{' || first == '[') {
    ++in.at;
    if (is_wanted)
      found = {.tag = key_->tag, .kind = first == '{' ? JsonKind::object : JsonKind::array};
    enter(first == '[');
  } else if (level_ == 0) {
    state_ = State::done;  // a lone text or number, or no JSON at all
  } else if (first == '"') {
    ++in.at;
    if (is_wanted) {
      kept_.clear();
      measure_ = {};
      begin_text(key_->measured ? State::measured_text : State::text);
    } else {
      begin_text(State::unwanted_text);
    }
    return !is_wanted;
  } else if (is(literal, first)) {
    if (is_wanted) kept_.clear();
    state_ = is_wanted ? State::literal : State::comma;
  } else if (first == ']' && in_array()) {
    ++in.at;
    leave(true);
  } else {
    state_ = State::done;
  }
  return false;
}

inline void JsonScanner::read_text(Input& in, JsonValue& found) {
  const char* const from = in.at;
  if (!reach_quote(in)) return keep(from, in.end);
  found = {.tag = key_->tag, .kind = JsonKind::text, .raw = joined(from, in.at++)};
  state_ = State::comma;
}

inline void JsonScanner::read_measured_text(Input& in, JsonValue& found) noexcept {
  const char* const from = in.at;
  const bool is_ended = reach_quote(in);
  measure_.add(from, in.at);
  if (in.parts != nullptr) in.parts->add_part(text_between(from, in.at));
  if (!is_ended) return;
  found = {.tag = key_->tag, .kind = JsonKind::text, .raw = {}, .size = measure_.size()};
  ++in.at;
  state_ = State::comma;
}

inline void JsonScanner::read_literal(Input& in, JsonValue& found) {
  const char* const from = in.at;
  in.at = skip(literal, in.at, in.end);
  if (in.at == in.end) return keep(from, in.end);
  found = literal_value(key_->tag, joined(from, in.at));
  state_ = State::comma;
}

inline void JsonScanner::skip_text(Input& in) noexcept {
  if (!reach_quote(in)) return;
  ++in.at;
  state_ = State::comma;
}

inline void JsonScanner::skip_nested(Input& in) noexcept {
  in.at = nesting_.skip(in.at, in.end);
  if (!nesting_.is_open()) state_ = level_ == 0 ? State::done : State::comma;
}

std::optional<JsonValue> JsonScanner::next(std::string_view& bytes, TextParts* parts) {
  Input in{bytes.data(), bytes.data() + bytes.size(), parts};
  JsonValue found;
  while (in.at != in.end && found.tag == 0) {
    switch (state_) {
      case State::comma:
        if (!read_comma(in)) break;
        [[fallthrough]];
      case State::key:
        take_members(in, found);
        if (state_ != State::key || in.at == in.end || found.tag != 0 || !begin_key(in)) break;
        [[fallthrough]];
      case State::key_text:
        if (!read_key(in)) break;
        [[fallthrough]];
      case State::colon:
        if (!read_colon(in)) break;
        [[fallthrough]];
      case State::value:
        if (!begin_value(in, found)) break;
        [[fallthrough]];
      case State::unwanted_text: skip_text(in); break;
      case State::text: read_text(in, found); break;
      case State::measured_text: read_measured_text(in, found); break;
      case State::literal: read_literal(in, found); break;
      case State::nested: skip_nested(in); break;
      case State::done: in.at = in.end; break;
    }
  }
  bytes = {in.at, static_cast<std::size_t>(in.end - in.at)};
  if (found.tag == 0) return std::nullopt;
  return found;
}

}  // namespace llmgw
