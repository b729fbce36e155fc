// SPDX-License-Identifier: MIT
// `models`: what clients may ask for, and the targets behind it.
#include <algorithm>
#include <optional>

#include "proxy/config/sections.hpp"
#include "proxy/config/shared_rows.hpp"
#include "proxy/config/target.hpp"

namespace llmgw::proxy {
namespace {

constexpr std::size_t most_fallbacks = 8;

/// What the rows of one fill. All models are there already, by name.
struct Item {
  const Config& config;
  ModelSettings& model;
};

std::optional<std::size_t> number_of(const Config& config, std::string_view name) {
  const auto& all = config.routing.models;
  const auto found =
      std::find_if(all.begin(), all.end(), [name](const auto& each) { return each.name == name; });
  if (found == all.end()) return std::nullopt;
  return static_cast<std::size_t>(found - all.begin());
}

void read_fallback(ConfigReader& reader, const ConfigValue& value, Item& into) {
  for (std::size_t i = 0; i < value.items.size(); ++i) {
    const ConfigReader::Step step(reader, i);
    const ConfigValue& each = value.items[i];
    if (const auto number = number_of(into.config, each.text)) {
      into.model.fallback.push_back(*number);
    } else {
      reader.fault(each.place, each.text, "no entry of `models` has this name");
    }
  }
}

std::string fallback_of(const Item& from) {
  std::string names;
  for (const std::size_t each : from.model.fallback)
    names.append(names.empty() ? "" : ", ").append(from.config.routing.models[each].name);
  return names;
}

// Where the shared rows find what they fill.
constexpr auto part_of = [](auto& item) -> auto& { return item.model; };
constexpr auto shows_reasoning_of = [](auto& item) -> auto& { return item.model.shows_reasoning; };

using Row = Member<Item>;

constexpr std::array<Row, 7> rows{{
    {{.name = "targets",
      .value = "",
      .meaning = "who answers, in turn by their weights",
      .form = {.shape = Form::Shape::list, .least = 1, .most = most_targets, .each = &target_form},
      .is_required = true},
     [](ConfigReader& reader, const ConfigValue& value, Item& into) {
       into.model.targets = read_targets(reader, value, into.config);
     }},
    {{.name = "fallback",
      .value = "",
      .meaning = "entries of `models` whose targets are tried next, in order",
      .form = {.shape = Form::Shape::list,
               .least = 0,
               .most = most_fallbacks,
               .each = &model_name_form},
      .shown = "none"},
     read_fallback,
     fallback_of},
    {{.name = "affinity",
      .value = "false",
      .meaning =
          "whether one conversation stays with one target and key while that is healthy, for "
          "the sake of the provider's cache",
      .form = {.shape = Form::Shape::boolean}},
     [](ConfigReader&, const ConfigValue& value, Item& into) {
       into.model.has_affinity = value.text == "true";
     },
     [](const Item& from) { return std::string(from.model.has_affinity ? "true" : "false"); }},
    unsupported_row<Item, part_of>("", "`defaults.on_unsupported`"),
    retry_row<Item, part_of>("`defaults.retry`"),
    prefer_row<Item, part_of>(),
    reasoning_output_row<Item, shows_reasoning_of>("", "`providers.NAME.reasoning_output`"),
}};

constexpr Form model_item_form{.shape = Form::Shape::object,
                               .members = [] { return facts_of(std::span<const Row>(rows)); }};

// Whether falling back from `from` on and on comes to `to`. Depth is bounded by the count of them.
bool leads_to(const std::vector<ModelSettings>& models, std::size_t from, std::size_t to,
              std::vector<bool>& seen) {
  if (seen[from]) return false;
  seen[from] = true;
  const auto& next = models[from].fallback;
  return std::any_of(next.begin(), next.end(), [&](std::size_t each) {
    return each == to || leads_to(models, each, to, seen);
  });
}

void refuse_circles(ConfigReader& reader, const ConfigValue& value, const Config& config) {
  const auto& models = config.routing.models;
  for (std::size_t i = 0; i < models.size(); ++i) {
    std::vector<bool> seen(models.size());
    if (leads_to(models, i, i, seen))
      reader.fault(value.members[i].place, models[i].name, "its `fallback` leads back to it");
  }
}

// All names first: an entry may fall back on one that stands below it.
void read_models(ConfigReader& reader, const ConfigValue& value, Config& config) {
  auto& models = config.routing.models;
  for (const ConfigMember& each : value.members)
    models.push_back({.name = each.name,
                      .drops_unsupported = config.routing.drops_unsupported,
                      .retry = config.defaults.retry});
  for (std::size_t i = 0; i < models.size(); ++i) {
    const ConfigReader::Step step(reader, models[i].name);
    Item item{config, models[i]};
    reader.object(value.members[i].value, std::span<const Row>(rows), item);
  }
  refuse_circles(reader, value, config);
}

}  // namespace

Section models_section() {
  return {{.name = "models",
           .value = "",
           .meaning = "what clients may ask for, by name, or by the begin of names with `*` at its "
                      "end; the exact name goes before, then the longest begin",
           .form = {.shape = Form::Shape::names,
                    .text = &pattern_form,
                    .least = 1,
                    .most = 10'000,
                    .each = &model_item_form},
           .shown = "none"},
          read_models};
}

}  // namespace llmgw::proxy
