// SPDX-License-Identifier: MIT
// Comparing what is fixed, and passing over what is not.
#include "proxy/metering/json_pattern.hpp"

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>

#include "common/byte_search.hpp"
#include "proxy/metering/json_bytes.hpp"
#include "proxy/metering/text_measure.hpp"

namespace llmgw::proxy {
namespace {

using json_bytes::is;
using json_bytes::literal;
using json_bytes::literal_value;
using json_bytes::skip;
using json_bytes::space;
using json_bytes::text_between;

// A string, number, true, false or null.
struct Scalar {
  const char* behind;  // null: there is none
  bool has_escape = false;
};

// `at` is behind the quote that begins it.
inline Scalar scan_text(const char* at, const char* end) noexcept {
  for (bool has_escape = false;; has_escape = true) {
    at = find_quote_or_escape(at, end);
    if (at == end) return {nullptr};
    if (*at == '"') return {at + 1, has_escape};
    if (end - at < 2) return {nullptr};
    at += 2;
  }
}

inline Scalar scan_scalar(const char* at, const char* end) noexcept {
  if (at == end) return {nullptr};
  if (*at == '"') return scan_text(at + 1, end);
  const char* const behind = skip(literal, at, end);
  return {behind == at ? nullptr : behind};
}

inline JsonValue value_at(std::uint8_t tag, const char* at, const Scalar& scalar) noexcept {
  if (*at != '"') return literal_value(tag, text_between(at, scalar.behind));
  const std::string_view raw = text_between(at + 1, scalar.behind - 1);
  JsonValue value{.tag = tag, .kind = JsonKind::text, .raw = raw, .size = raw.size()};
  if (scalar.has_escape) {
    TextMeasure measure;
    measure.add(raw.data(), raw.data() + raw.size());
    value.size = measure.size();
  }
  return value;
}

std::size_t same_bytes(std::string_view a, std::string_view b) noexcept {
  return static_cast<std::size_t>(std::ranges::mismatch(a, b).in1 - a.begin());
}

// Names and numbers may be the same in the next document. What was written for people is not, and
// is nothing to be kept.
bool may_recur(std::string_view spelt) noexcept {
  constexpr std::size_t longest = 40;
  const auto belongs_to_name = [](char c) {
    return is(literal, c) || c == '_' || c == ':' || c == '/' || c == '"';
  };
  return spelt.size() <= longest && std::ranges::all_of(spelt, belongs_to_name);
}

}  // namespace

std::optional<JsonPattern> JsonPattern::of(std::string_view document, const JsonFinds& finds) {
  JsonPattern pattern;
  if (!finds.has_all() || !pattern.add_values(document, finds)) return std::nullopt;
  // Of what is no JSON it may depend on a value how the rest is read.
  if (!nlohmann::json::accept(document)) return std::nullopt;
  return pattern;
}

bool JsonPattern::add_values(std::string_view document, const JsonFinds& finds) {
  const char* const end = document.data() + document.size();
  const char* fixed = document.data();
  const JsonValue* wanted = finds.begin();
  for (const char* at = fixed; at != end;) {
    if (*at != '"' && !is(literal, *at)) {
      ++at;
      continue;
    }
    const char* const behind = scan_scalar(at, end).behind;
    if (behind == nullptr) return false;
    const char* const next = skip(space, behind, end);
    const bool is_key = next != end && *next == ':';
    if (!is_key) {
      text_.append(fixed, at);
      const std::string_view spelt = text_between(at, behind);
      const bool is_wanted =
          wanted != finds.end() && wanted->raw.data() == at + (*at == '"' ? 1 : 0);
      add_value(spelt, is_wanted ? wanted++->tag : std::uint8_t{0});
      fixed = behind;
    }
    if (text_.size() > most_bytes || values_.size() + closed_.size() > most_values) return false;
    at = behind;
  }
  text_.append(fixed, end);
  values_.reserve(values_.size() + closed_.size());
  return text_.size() <= most_bytes && wanted == finds.end();
}

void JsonPattern::add_value(std::string_view spelt, std::uint8_t tag) {
  const bool is_open = !may_recur(spelt);
  if (is_open) spelt = R"("")";
  const Value value{static_cast<std::uint16_t>(text_.size()),
                    static_cast<std::uint16_t>(spelt.size()), tag,
                    value_at(tag, spelt.data(), {spelt.data() + spelt.size()}).kind, is_open};
  text_.append(spelt);
  (tag != 0 || is_open ? values_ : closed_).push_back(value);
}

bool JsonPattern::match(std::string_view document, JsonFinds& finds) noexcept {
  for (;;) {
    finds.clear();
    const std::size_t place = difference(document, finds);
    if (place == matched) return true;
    if (!open_at(place)) return false;
  }
}

// One without escapes.
inline JsonValue JsonPattern::closed_value(const Value& value) const noexcept {
  const std::size_t quote = value.kind == JsonKind::text ? 1 : 0;
  const std::string_view raw{text_.data() + value.begin + quote, value.size - 2 * quote};
  return {.tag = value.tag, .kind = value.kind, .raw = raw, .size = raw.size()};
}

// Where in text_ the document first differs in what is fixed.
std::size_t JsonPattern::difference(std::string_view document, JsonFinds& finds) const noexcept {
  const char* const text = text_.data();
  const char* const end = document.data() + document.size();
  const char* at = document.data();
  std::size_t fixed = 0;
  for (const Value& each : values_) {
    if (!each.is_open) {
      finds.add(closed_value(each));
      continue;
    }
    const std::string_view part = text_between(text + fixed, text + each.begin);
    const std::string_view rest = text_between(at, end);
    if (!rest.starts_with(part)) return fixed + same_bytes(part, rest);
    at += part.size();
    const Scalar scalar = scan_scalar(at, end);
    if (scalar.behind == nullptr) return text_.size();
    if (each.tag != 0) finds.add(value_at(each.tag, at, scalar));
    at = scalar.behind;
    fixed = each.begin + std::size_t{each.size};
  }
  const std::string_view part = text_between(text + fixed, text + text_.size());
  const std::string_view rest = text_between(at, end);
  return rest == part ? matched : fixed + same_bytes(part, rest);
}

// From there on any value will do where the two differ in one.
bool JsonPattern::open_at(std::size_t place) noexcept {
  // Behind its last byte as well: the other value may be longer.
  const auto holds = [place](const Value& each) {
    return !each.is_open && place >= each.begin && place <= each.begin + std::size_t{each.size};
  };
  if (const auto wanted = std::ranges::find_if(values_, holds); wanted != values_.end()) {
    wanted->is_open = true;
    return true;
  }
  const auto found = std::ranges::find_if(closed_, holds);
  if (found == closed_.end()) return false;
  found->is_open = true;
  values_.insert(std::ranges::upper_bound(values_, found->begin, {}, &Value::begin), *found);
  closed_.erase(found);
  return true;
}

}  // namespace llmgw::proxy
