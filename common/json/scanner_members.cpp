// SPDX-License-Identifier: MIT
// The short way through the members of an object, which nearly all documents allow.
#include "common/json/literal.hpp"
#include "common/json/scanner.hpp"
#include "common/text/byte_search.hpp"

namespace llmgw {
namespace {

using json_literal::is;
using json_literal::literal;
using json_literal::literal_value;
using json_literal::skip;
using json_literal::space;
using json_literal::text_between;

// A string without escapes, whose quotes are at `from` and `to`, or a literal between them.
inline JsonValue plain_value(std::uint8_t tag, const char* from, const char* to) noexcept {
  if (*from != '"') return literal_value(tag, text_between(from, to));
  const std::string_view raw = text_between(from + 1, to);
  return {.tag = tag, .kind = JsonKind::text, .is_plain = true, .raw = raw, .size = raw.size()};
}

}  // namespace

// Takes members that lie whole in the span and are spelt plainly, which nearly all are, in one go;
// stops before any other, before a value that is an object or array, and behind a wanted one.
void JsonScanner::take_members(Input& in, JsonValue& found) noexcept {
  const JsonShape& shape = *holders_[level_ - 1u]->object;
  while (in.at != in.end && *in.at == '"') {
    const char* const close = find_quote_or_escape(in.at + 1, in.end);
    if (in.end - close < 4 || *close != '"' || close[1] != ':') return;
    const JsonKey* const key = shape.find(text_between(in.at + 1, close));
    const char* const value = close + (close[2] == ' ' ? 3 : 2);
    const char* end_of_value = value;
    const char* behind = value;
    if (*value == '"') {
      end_of_value = find_quote_or_escape(value + 1, in.end);
      if (in.end - end_of_value < 2 || *end_of_value != '"') return;
      behind = end_of_value + 1;
    } else if (is(literal, *value)) {
      end_of_value = behind = skip(literal, value, in.end);
      if (behind == in.end) return;
    } else {
      key_ = key;
      in.at = value;
      state_ = State::value;
      return;
    }
    const bool has_comma = *behind == ',';
    in.at = has_comma ? skip(space, behind + 1, in.end) : behind;
    if (!has_comma) state_ = State::comma;
    const bool is_wanted = key != nullptr && key->tag != 0;
    if (is_wanted) found = plain_value(key->tag, value, end_of_value);
    if (!has_comma || is_wanted) return;
  }
}

}  // namespace llmgw
