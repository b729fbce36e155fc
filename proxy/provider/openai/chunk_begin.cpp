// SPDX-License-Identifier: MIT
// Member by member, as far as they came.
#include "proxy/provider/openai/chunk_begin.hpp"

#include "common/json/nesting.hpp"
#include "common/json/reader.hpp"
#include "common/text/byte_search.hpp"

namespace llmgw::proxy {
namespace {

using Reader = JsonReader<JsonForm::any>;
constexpr std::string_view usage_key = R"("usage")";

std::string_view text_between(const char* from, const char* to) noexcept {
  return {from, static_cast<std::size_t>(to - from)};
}

// Behind the closing quote of the text whose opening one is at `at`; null: it goes on. The reader
// could not tell that from an escape which is none.
const char* skip_text(const char* at, const char* end) noexcept {
  for (++at;; at += 2) {
    at = find_quote_or_escape(at, end);
    if (at == end) return nullptr;
    if (*at == '"') return at + 1;
    if (end - at < 2) return nullptr;
  }
}

// Behind the value at `at`; null: it goes on.
const char* skip_value(const Reader& reader, const char* at) noexcept {
  const char* const end = at + reader.remaining(at);
  if (*at == '"') return skip_text(at, end);
  if (*at == '{' || *at == '[') {
    JsonNesting nesting;
    at = nesting.skip(at + 1, end);
    return nesting.is_open() ? nullptr : at;
  }
  while (at != end && *at != ',' && *at != '}' && !Reader::is_blank(*at)) ++at;
  return at == end ? nullptr : at;
}

// Whether the chunk with the usage alone has no such member.
bool is_of_other_chunk(const Reader& reader, std::string_view key, const char* value) noexcept {
  if (key == R"("timings")") return false;
  const bool is_structured = *value == '{' || *value == '[';
  if (!is_structured) return key == R"("error")" && *value != 'n';
  const char* const first = reader.blanks(value + 1);
  const bool has_content = reader.remaining(first) > 0 && *first != '}' && *first != ']';
  return has_content && (key != R"("choices")" || *value == '[');
}

}  // namespace

std::size_t unasked_begin(std::string_view json) noexcept {
  const Reader reader(json);
  const char* const end = json.data() + json.size();
  const char* at = reader.blanks(json.data());
  if (at == end) return 0;
  if (*at != '{') return json.size();
  bool is_other = false;
  const auto up_to = [&](const char* place) {
    return is_other ? static_cast<std::size_t>(place - json.data()) : 0;
  };
  for (const char* from = nullptr;; from = at) {  // of the member, its comma included
    const char* const key = reader.blanks(at + 1);
    if (from == nullptr) from = key;
    if (key == end) return up_to(from);
    if (*key != '"') return json.size();  // the end of an empty object, or no JSON
    const char* const behind_key = skip_text(key, end);
    const std::string_view name = text_between(key, behind_key == nullptr ? end : behind_key);
    if (usage_key.starts_with(name)) return up_to(from);
    if (behind_key == nullptr) return up_to(end);
    const char* const colon = reader.blanks(behind_key);
    if (colon == end) return up_to(end);
    if (*colon != ':') return json.size();
    const char* const value = reader.blanks(colon + 1);
    if (value == end) return up_to(end);
    is_other = is_other || is_of_other_chunk(reader, name, value);
    const char* const behind = skip_value(reader, value);
    at = behind == nullptr ? end : reader.blanks(behind);
    if (at == end) return up_to(end);
    if (*at != ',') return json.size();  // a whole object without usage, or no JSON
  }
}

}  // namespace llmgw::proxy
