// SPDX-License-Identifier: MIT
// Where a key is, and what stands there.
#include "proxy/config/provider_key.hpp"

#include "common/text/quantity.hpp"

namespace llmgw::proxy {
namespace {

/// What the rows of one fill.
struct Item {
  UpstreamKey key = {};
  std::string env = {};  ///< the variable that holds it
};

void read_variable(ConfigReader& reader, const ConfigValue& value, Item& into) {
  into.env = value.text;
  auto text = reader.environment().find(into.env);
  if (!text) return reader.fault(value.place, value.text, "this variable is unset or empty");
  auto key = parse_key_variable(std::move(*text));
  if (!key) return reader.fault(value.place, value.text, key_form);
  into.key.key = std::move(*key);
}

void read_file_of_key(ConfigReader& reader, const ConfigValue& value, Item& into) {
  // A key that was put where a path belongs must not reach the log.
  const std::string shown = value.text.starts_with("sk-") ? "***" : value.text;
  into.key.file = value.text;
  auto content = reader.read_file()(into.key.file);
  if (!content)
    return reader.fault(value.place, shown, "cannot be read: " + content.error().message());
  auto key = parse_upstream_key(std::move(*content));
  if (!key)
    return reader.fault(value.place, shown,
                        "the file is empty or not a key: " + std::string(key_form));
  into.key.key = std::move(*key);
}

using Row = Member<Item>;

constexpr std::array<Row, 4> rows{{
    {{.name = "name",
      .value = "",
      .meaning = "what people call the key",
      .form = {.shape = Form::Shape::text, .text = &name_form},
      .shown = "its position"},
     [](ConfigReader&, const ConfigValue& value, Item& into) { into.key.name = value.text; },
     [](const Item& from) { return from.key.name; }},
    {{.name = "env",
      .value = "",
      .meaning = "the environment variable that holds the key; this or `file`",
      .form = {.shape = Form::Shape::text, .text = &variable_form},
      .shown = "none"},
     read_variable,
     [](const Item& from) { return from.env; }},
    {{.name = "file",
      .value = "",
      .meaning = "the file that holds the key, read again when it changes",
      .form = {.shape = Form::Shape::text, .text = &path_form},
      .shown = "none"},
     read_file_of_key,
     [](const Item& from) { return from.key.file; }},
    {{.name = "weight",
      .value = "1",
      .meaning = "its share beside other keys",
      .form = {.shape = Form::Shape::number, .least = 1, .most = 1'000'000}},
     [](ConfigReader&, const ConfigValue& value, Item& into) {
       into.key.weight = parse_integer(value.text).value_or(1);
     },
     [](const Item& from) { return std::to_string(from.key.weight); }},
}};

constexpr std::array<std::string_view, 2> places{"env", "file"};

}  // namespace

constinit const Form provider_key_form{
    .shape = Form::Shape::object,
    .members = [] { return facts_of(std::span<const Row>(rows)); },
    .one_of = places};

UpstreamKey read_provider_key(ConfigReader& reader, const ConfigValue& value) {
  Item item;
  reader.object(value, std::span<const Row>(rows), item);
  return std::move(item.key);
}

}  // namespace llmgw::proxy
