// SPDX-License-Identifier: MIT
// Two forms of bodies, one member.
#include "proxy/provider/model_place.hpp"

#include <algorithm>
#include <utility>

#include "common/json/escape.hpp"
#include "common/json/reader.hpp"
#include "common/json/scalar.hpp"
#include "common/text/case_blind.hpp"
#include "common/text/trim.hpp"
#include "proxy/http/media_type.hpp"

namespace llmgw::proxy {
namespace {

constexpr std::string_view name = "model";

/// What a key is to servers: some take one for `model` whatever the case of its letters.
enum class Likeness : std::uint8_t { none, to_some, to_all };

// A key may be spelt with escapes.
Likeness likeness_of(std::string_view key) noexcept {
  BoundedString<8> plain;
  append_unescaped(key, plain);
  if (plain.is_cut() || !equals_ignoring_case(plain.view(), name)) return Likeness::none;
  return plain.view() == name ? Likeness::to_all : Likeness::to_some;
}

std::optional<ModelPlace> place_in_json(std::string_view body) {
  const JsonReader<JsonForm::any> reader(body);
  std::optional<ModelPlace> found;
  const char* at = reader.token(reader.blanks(reader.begin()), '{');
  while (at != nullptr) {
    JsonMember member;
    at = reader.member(reader.blanks(at), member);
    if (at == nullptr) return std::nullopt;
    if (const Likeness likeness = likeness_of(member.key); likeness != Likeness::none) {
      if (found || likeness == Likeness::to_some || !member.value.starts_with('"'))
        return std::nullopt;
      found = ModelPlace{member.value.substr(1, member.value.size() - 2), true};
    }
    at = reader.blanks(at);
    if (reader.peek(at) == '}') return found;
    at = reader.token(at, ',');
  }
  return std::nullopt;
}

// Takes the next parameter off `rest`; its value without quotes. What stands between quotes is no
// parameter, whatever it looks like.
std::pair<std::string_view, std::string_view> take_parameter(std::string_view& rest) noexcept {
  const auto equals = rest.find_first_of("=;");
  const std::string_view own_name = trim(rest.substr(0, equals));
  if (equals == rest.npos || rest[equals] == ';') {
    rest.remove_prefix(std::min(equals, rest.size()));
    return {own_name, {}};
  }
  rest.remove_prefix(equals + 1);
  if (!rest.starts_with('"')) {
    const std::string_view value = rest.substr(0, rest.find(';'));
    rest.remove_prefix(value.size());
    return {own_name, trim(value)};
  }
  rest.remove_prefix(1);
  std::size_t end = 0;
  while (end < rest.size() && rest[end] != '"') end += rest[end] == '\\' ? 2 : 1;
  const std::string_view value = rest.substr(0, end);
  rest.remove_prefix(std::min(rest.find(';', std::min(end, rest.size())), rest.size()));
  return {own_name, value};
}

// Of a field's value behind its first word; empty if there is none of that name.
std::string_view parameter(std::string_view field, std::string_view wanted) noexcept {
  field.remove_prefix(std::min(field.find(';'), field.size()));
  while (field.starts_with(';')) {
    field.remove_prefix(1);
    const auto [each, value] = take_parameter(field);
    if (equals_ignoring_case(each, wanted)) return value;
  }
  return {};
}

// Whether the head of a part says that it is the field.
bool is_field(std::string_view head) noexcept {
  constexpr std::string_view disposition = "content-disposition:";
  while (!head.empty()) {
    const std::string_view line = head.substr(0, head.find("\r\n"));
    head.remove_prefix(std::min(line.size() + 2, head.size()));
    if (starts_ignoring_case(line, disposition)) return parameter(line, "name") == name;
  }
  return false;
}

std::optional<ModelPlace> place_in_form(std::string_view body, std::string_view boundary) {
  if (boundary.empty() || boundary.size() > 70) return std::nullopt;  // RFC 2046 section 5.1.1
  const std::string between = "\r\n--" + std::string(boundary);
  std::optional<ModelPlace> found;
  if (!body.starts_with(std::string_view(between).substr(2))) return std::nullopt;
  body.remove_prefix(between.size() - 2);
  while (body.starts_with("\r\n")) {
    const auto end = body.find(between);
    if (end == body.npos) return std::nullopt;
    const std::string_view part = body.substr(2, end - std::min<std::size_t>(end, 2));
    body.remove_prefix(end + between.size());
    const auto head = part.find("\r\n\r\n");
    if (head == part.npos || !is_field(part.substr(0, head))) continue;
    if (found) return std::nullopt;
    found = ModelPlace{part.substr(head + 4), false};
  }
  // Behind a delimiter that is no more than nearly one, some find further fields.
  return body.starts_with("--") ? found : std::nullopt;
}

}  // namespace

std::string ModelPlace::spell(std::string_view model) const {
  if (!is_json) return std::string(model);
  std::string spelt;
  append_json_string(model, spelt);
  return spelt.substr(1, spelt.size() - 2);
}

std::optional<ModelPlace> place_of_model(std::string_view body, std::string_view content_type) {
  if (is_form_data(content_type)) return place_in_form(body, parameter(content_type, "boundary"));
  return place_in_json(body);
}

bool is_form_data(std::string_view content_type) noexcept {
  return equals_ignoring_case(http::media_type(content_type), "multipart/form-data");
}

}  // namespace llmgw::proxy
