// SPDX-License-Identifier: MIT
// `routes`: what goes before the entry of the model, and what nobody may.
#include <algorithm>

#include "proxy/config/sections.hpp"
#include "proxy/config/shared_rows.hpp"
#include "proxy/config/target.hpp"

namespace llmgw::proxy {
namespace {

constexpr std::size_t most_patterns = 1'000;
constexpr std::size_t most_headers = 16;
constexpr std::size_t most_routes = 1'000;

/// What the rows of one fill.
struct Item {
  const Config& config;
  RouteSettings route = {};
};

constexpr Form pattern_item{.shape = Form::Shape::text, .text = &pattern_form};
constexpr Form name_item{.shape = Form::Shape::text, .text = &name_form};

bool is_token(std::string_view text) {
  constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [marks](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           marks.find(c) != marks.npos;
  });
}

constexpr TextForm field_form{"the name of a header field", "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$",
                              is_token};

// One, or a list.
std::vector<const ConfigValue*> each_of(const ConfigValue& value) {
  if (value.kind == ConfigValue::Kind::text) return {&value};
  std::vector<const ConfigValue*> all;
  for (const ConfigValue& each : value.items) all.push_back(&each);
  return all;
}

std::vector<std::string> texts_of(const ConfigValue& value) {
  std::vector<std::string> texts;
  for (const ConfigValue* each : each_of(value)) texts.push_back(each->text);
  return texts;
}

std::string joined(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& each : texts) all.append(all.empty() ? "" : ", ").append(each);
  return all;
}

std::string providers_of(const Item& from) {
  std::vector<std::string> names;
  for (const std::size_t each : from.route.match.upstreams)
    if (each < from.config.upstreams.size()) names.push_back(from.config.upstreams[each].name);
  return joined(names);
}

std::string headers_of(const Item& from) {
  std::string all;
  for (const auto& [name, value] : from.route.match.headers)
    all.append(all.empty() ? "" : ", ").append(name).append(": ").append(value);
  return all;
}

constexpr Form patterns_form(const Form& each) {
  return {.shape = Form::Shape::one_or_list, .least = 1, .most = most_patterns, .each = &each};
}

// Where the shared rows find what they fill.
constexpr auto part_of = [](auto& item) -> auto& { return item.route; };

using Row = Member<Item>;

constexpr std::array<Row, 5> match_rows{{
    {{.name = "tenant",
      .value = "",
      .meaning = "of whom; one, or a list of which one has to fit, `*` at the end for any text",
      .form = patterns_form(pattern_item),
      .shown = "anybody"},
     [](ConfigReader&, const ConfigValue& value, Item& into) {
       into.route.match.tenants = texts_of(value);
     },
     [](const Item& from) { return joined(from.route.match.tenants); }},
    {{.name = "model",
      .value = "",
      .meaning = "which is asked for; the same",
      .form = patterns_form(pattern_item),
      .shown = "any"},
     [](ConfigReader&, const ConfigValue& value, Item& into) {
       into.route.match.models = texts_of(value);
     },
     [](const Item& from) { return joined(from.route.match.models); }},
    {{.name = "provider",
      .value = "",
      .meaning = "whose targets `deny` is about",
      .form = patterns_form(name_item),
      .shown = "any"},
     [](ConfigReader& reader, const ConfigValue& value, Item& into) {
       for (const ConfigValue* each : each_of(value))
         into.route.match.upstreams.push_back(provider_number(reader, *each, into.config));
     },
     providers_of},
    {{.name = "header",
      .value = "",
      .meaning = "fields of the request by name, each with the value that it has to have, `*` at "
                 "the end for any text",
      .form = {.shape = Form::Shape::names,
               .text = &field_form,
               .least = 1,
               .most = most_headers,
               .each = &pattern_item},
      .shown = "any"},
     [](ConfigReader&, const ConfigValue& value, Item& into) {
       for (const ConfigMember& each : value.members)
         into.route.match.headers.emplace_back(each.name, each.value.text);
     },
     headers_of},
    {{.name = "path",
      .value = "",
      .meaning = "of the request, without its query; as `tenant`",
      .form = patterns_form(pattern_item),
      .shown = "any"},
     [](ConfigReader&, const ConfigValue& value, Item& into) {
       into.route.match.paths = texts_of(value);
     },
     [](const Item& from) { return joined(from.route.match.paths); }},
}};

constexpr std::array<Row, 8> rows{{
    {{.name = "name",
      .value = "",
      .meaning = "what events and messages call it",
      .form = {.shape = Form::Shape::text, .text = &name_form},
      .is_required = true},
     [](ConfigReader& reader, const ConfigValue& value, Item& into) {
       const auto& all = into.config.routing.routes;
       const bool is_taken = std::any_of(all.begin(), all.end(),
                                         [&](const auto& each) { return each.name == value.text; });
       if (is_taken) reader.fault(value.place, value.text, "this name is another route's");
       into.route.name = value.text;
     },
     [](const Item& from) { return from.route.name; }},
    {{.name = "match",
      .value = "",
      .meaning = "which requests; all that is given has to hold",
      .form = {.shape = Form::Shape::object,
               .members = [] { return facts_of(std::span<const Row>(match_rows)); }},
      .is_required = true},
     [](ConfigReader& reader, const ConfigValue& value, Item& into) {
       reader.object(value, std::span<const Row>(match_rows), into);
     }},
    {{.name = "targets",
      .value = "",
      .meaning = "who answers, in turn by their weights; this, `model` or `deny`",
      .form = {.shape = Form::Shape::list, .least = 1, .most = most_targets, .each = &target_form},
      .shown = "none"},
     [](ConfigReader& reader, const ConfigValue& value, Item& into) {
       into.route.targets = read_targets(reader, value, into.config);
     }},
    {{.name = "model",
      .value = "",
      .meaning = "go on as if this one had been asked for",
      .form = {.shape = Form::Shape::text, .text = &model_form},
      .shown = "none"},
     [](ConfigReader&, const ConfigValue& value, Item& into) { into.route.model = value.text; },
     [](const Item& from) { return from.route.model; }},
    {{.name = "deny",
      .value = "",
      .meaning = "`true`: targets of these providers are not for these requests, however found; "
                 "where no other is left the answer is 403",
      .form = {.shape = Form::Shape::boolean},
      .shown = "`false`"},
     [](ConfigReader&, const ConfigValue& value, Item& into) {
       into.route.denies = value.text == "true";
     },
     [](const Item& from) { return std::string(from.route.denies ? "true" : "false"); }},
    unsupported_row<Item, part_of>("", "`defaults.on_unsupported`"),
    retry_row<Item, part_of>("`defaults.retry`"),
    prefer_row<Item, part_of>(),
}};

constexpr std::array<std::string_view, 3> kinds{"targets", "model", "deny"};

constexpr Form route_form{.shape = Form::Shape::object,
                          .members = [] { return facts_of(std::span<const Row>(rows)); },
                          .one_of = kinds};

void read_routes(ConfigReader& reader, const ConfigValue& value, Config& config) {
  for (std::size_t i = 0; i < value.items.size(); ++i) {
    const ConfigReader::Step step(reader, i);
    Item item{.config = config,
              .route = {.drops_unsupported = config.routing.drops_unsupported,
                        .retry = config.defaults.retry}};
    reader.object(value.items[i], std::span<const Row>(rows), item);
    if (!item.route.denies && !item.route.match.upstreams.empty())
      reader.fault(value.items[i].place, "`match.provider` is for `deny` alone");
    config.routing.routes.push_back(std::move(item.route));
  }
}

}  // namespace

Section routes_section() {
  return {
      {.name = "routes",
       .value = "",
       .meaning = "what goes before the entry of the model: the first that fits; `deny` holds "
                  "wherever it stands",
       .form = {.shape = Form::Shape::list, .least = 1, .most = most_routes, .each = &route_form},
       .shown = "none"},
      read_routes};
}

}  // namespace llmgw::proxy
