// SPDX-License-Identifier: MIT
// Where a key is, and what stands there.
#include "proxy/config/provider_key.hpp"

#include "common/text/quantity.hpp"
#include "proxy/config/upstream.hpp"

namespace llmgw::proxy {
namespace {

void read_variable(ConfigReader& reader, const ConfigValue& value, ProviderKey& into) {
  into.env = value.text;
  auto text = reader.environment().find(into.env);
  if (!text) return reader.fault(value.place, value.text, "this variable is unset or empty");
  auto key = parse_key_variable(std::move(*text));
  if (!key) return reader.fault(value.place, value.text, key_form);
  into.key = std::move(*key);
}

void read_file_of_key(ConfigReader& reader, const ConfigValue& value, ProviderKey& into) {
  // A key that was put where a path belongs must not reach the log.
  const std::string shown = value.text.starts_with("sk-") ? "***" : value.text;
  into.file = value.text;
  auto content = reader.read_file()(into.file);
  if (!content)
    return reader.fault(value.place, shown, "cannot be read: " + content.error().message());
  auto key = parse_upstream_key(std::move(*content));
  if (!key)
    return reader.fault(value.place, shown,
                        "the file is empty or not a key: " + std::string(key_form));
  into.key = std::move(*key);
}

using Row = Member<ProviderKey>;

constexpr std::array<Row, 4> rows{{
    {{.name = "name",
      .value = "",
      .meaning = "what people call the key",
      .form = {.shape = Form::Shape::text, .text = &name_form},
      .shown = "its position"},
     [](ConfigReader&, const ConfigValue& value, ProviderKey& into) { into.name = value.text; },
     [](const ProviderKey& from) { return from.name; }},
    {{.name = "env",
      .value = "",
      .meaning = "the environment variable that holds the key; this or `file`",
      .form = {.shape = Form::Shape::text, .text = &variable_form},
      .shown = "none"},
     read_variable,
     [](const ProviderKey& from) { return from.env; }},
    {{.name = "file",
      .value = "",
      .meaning = "the file that holds the key, read again when it changes",
      .form = {.shape = Form::Shape::text, .text = &path_form},
      .shown = "none"},
     read_file_of_key,
     [](const ProviderKey& from) { return from.file; }},
    {{.name = "weight",
      .value = "1",
      .meaning = "its share beside other keys; one key has all",
      .form = {.shape = Form::Shape::number, .least = 1, .most = 1'000'000}},
     [](ConfigReader&, const ConfigValue& value, ProviderKey& into) {
       into.weight = parse_integer(value.text).value_or(1);
     },
     [](const ProviderKey& from) { return std::to_string(from.weight); }},
}};

constexpr std::array<std::string_view, 2> places{"env", "file"};

}  // namespace

constinit const Form provider_key_form{
    .shape = Form::Shape::object,
    .members = [] { return facts_of(std::span<const Row>(rows)); },
    .one_of = places};

ProviderKey read_provider_key(ConfigReader& reader, const ConfigValue& value) {
  ProviderKey key;
  reader.object(value, std::span<const Row>(rows), key);
  return key;
}

}  // namespace llmgw::proxy
