// SPDX-License-Identifier: MIT
// Comparing what is fixed, and passing over what is not.
#include "common/json/pattern.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "common/json/literal.hpp"
#include "common/json/text_measure.hpp"
#include "common/text/byte_search.hpp"

namespace llmgw {
namespace {

using json_literal::is;
using json_literal::literal;
using json_literal::literal_value;
using json_literal::skip;
using json_literal::space;
using json_literal::text_between;

// A string, number, true, false or null.
struct Scalar {
  const char* behind;  // null: there is none
  bool has_escape = false;
};

// This runs twice an exchange and once a chunk, and never finds itself in the caches: what it
// always passes lies together, what it seldom needs is marked as cold.

// `at` is behind the quote that begins it.
[[gnu::always_inline]] inline Scalar scan_text(const char* at, const char* end) noexcept {
  for (bool has_escape = false;; has_escape = true) {
    at = find_text_bound(at, end);
    if (at == end) return {nullptr};
    if (*at == '"') return {at + 1, has_escape};
    if (*at != '\\' || end - at < 2) return {nullptr};
    at += 2;
  }
}

[[gnu::always_inline]] inline Scalar scan_scalar(const char* at, const char* end) noexcept {
  if (at == end) return {nullptr};
  if (*at == '"') return scan_text(at + 1, end);
  const char* const behind = skip(literal, at, end);
  return {behind == at ? nullptr : behind};
}

// Apart: without it the loop that calls it is a third as long.
[[gnu::noinline]] void set_value(JsonValue& value, const char* at, const Scalar& scalar) noexcept {
  if (*at != '"') {
    value = literal_value(value.tag, text_between(at, scalar.behind));
    return;
  }
  const std::string_view raw = text_between(at + 1, scalar.behind - 1);
  value = {.tag = value.tag,
           .kind = JsonKind::text,
           .is_plain = !scalar.has_escape,
           .raw = raw,
           .size = raw.size()};
  if (value.is_plain) return;
  TextMeasure measure;
  measure.add(raw.data(), raw.data() + raw.size());
  value.size = measure.size();
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
  wanted_.assign(finds.begin(), finds.end());
  std::uint8_t wanted = 0;
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
      add_text(fixed, at);
      const bool is_wanted =
          wanted < wanted_.size() && wanted_[wanted].raw.data() == at + (*at == '"' ? 1 : 0);
      add_value(text_between(at, behind), is_wanted ? wanted++ : not_wanted);
      fixed = behind;
    }
    if (text_.size() > most_bytes || open_.size() + closed_.size() > most_values) return false;
    at = behind;
  }
  add_text(fixed, end);
  open_.reserve(open_.size() + closed_.size());
  if (text_.size() > most_bytes || wanted != wanted_.size()) return false;
  for (const Place& each : closed_) complete(each);
  const char* const text_end = text_.data() + text_.size();
  is_one_line_ = find_line_end(text_.data(), text_end) == text_end;
  return true;
}

void JsonPattern::add_value(std::string_view spelt, std::uint8_t wanted) {
  const bool is_open = !may_recur(spelt);
  if (is_open) spelt = R"("")";
  const Place place{static_cast<std::uint16_t>(text_.size()),
                    static_cast<std::uint16_t>(spelt.size()), wanted};
  add_text(spelt.data(), spelt.data() + spelt.size());
  (is_open ? open_ : closed_).push_back(place);
}

// At a closed place, where nothing is escaped.
void JsonPattern::complete(const Place& place) noexcept {
  if (place.wanted == not_wanted) return;
  const char* const at = text_.data() + place.begin;
  set_value(wanted_[place.wanted], at, {at + place.size});
}

std::size_t JsonPattern::match(std::string_view text) noexcept {
  for (;;) {
    const Comparison found = compare(text);
    if (found.size > 0 || !open_at(found.place)) return found.size;
  }
}

JsonPattern::Comparison JsonPattern::compare(std::string_view text) noexcept {
  const char* const known = text_.data();
  const char* const end = text.data() + text.size();
  const char* at = text.data();
  std::size_t fixed = 0;
  for (const Place& each : open_) {
    const std::string_view part = text_between(known + fixed, known + each.begin);
    const std::string_view rest = text_between(at, end);
    if (!rest.starts_with(part)) return {0, difference(fixed, part, rest)};
    at += part.size();
    const Scalar scalar = scan_scalar(at, end);
    if (scalar.behind == nullptr) return {0, nowhere};
    if (each.wanted != not_wanted) set_value(wanted_[each.wanted], at, scalar);
    at = scalar.behind;
    fixed = each.begin + std::size_t{each.size};
  }
  const std::string_view part = text_between(known + fixed, known + text_.size());
  const std::string_view rest = text_between(at, end);
  if (!rest.starts_with(part)) return {0, difference(fixed, part, rest)};
  return {text_between(text.data(), at).size() + part.size(), nowhere};
}

// Where in text_ the two differ; of a document that is cut it is nowhere.
std::size_t JsonPattern::difference(std::size_t fixed, std::string_view part,
                                    std::string_view rest) noexcept {
  const auto same = static_cast<std::size_t>(std::ranges::mismatch(part, rest).in1 - part.begin());
  return same == rest.size() ? nowhere : fixed + same;
}

// From there on any value will do where the two differ in one.
bool JsonPattern::open_at(std::size_t place) noexcept {
  // Behind its last byte as well: the other value may be longer.
  const auto found = std::ranges::find_if(closed_, [place](const Place& each) {
    return place >= each.begin && place <= each.begin + std::size_t{each.size};
  });
  if (found == closed_.end()) return false;
  open_.insert(std::ranges::upper_bound(open_, found->begin, {}, &Place::begin), *found);
  closed_.erase(found);
  return true;
}

}  // namespace llmgw
