// SPDX-License-Identifier: MIT
// Who answers, under which name, and how often.
#include "proxy/config/target.hpp"

#include <algorithm>

#include "common/text/quantity.hpp"

namespace llmgw::proxy {
namespace {

/// What the rows of one fill.
struct Item {
  const Config& config;
  TargetSettings target = {};
};

bool is_model(std::string_view text) { return pattern_form.fits(text) && !text.ends_with('*'); }

using Row = Member<Item>;

constexpr std::array<Row, 3> rows{{
    {{.name = "provider",
      .value = "",
      .meaning = "who is asked",
      .form = {.shape = Form::Shape::text, .text = &name_form},
      .is_required = true},
     [](ConfigReader& reader, const ConfigValue& value, Item& into) {
       into.target.upstream = provider_number(reader, value, into.config);
     },
     [](const Item& from) {
       const auto& all = from.config.upstreams;
       return from.target.upstream < all.size() ? all[from.target.upstream].name : std::string();
     }},
    {{.name = "model",
      .value = "",
      .meaning = "what it calls the model",
      .form = {.shape = Form::Shape::text, .text = &model_form},
      .shown = "as asked"},
     [](ConfigReader&, const ConfigValue& value, Item& into) { into.target.model = value.text; },
     [](const Item& from) { return from.target.model; }},
    {{.name = "weight",
      .value = "1",
      .meaning = "its share of the requests; `0`: only when nothing else is free",
      .form = {.shape = Form::Shape::number, .least = 0, .most = 1'000'000}},
     [](ConfigReader&, const ConfigValue& value, Item& into) {
       into.target.weight = parse_integer(value.text).value_or(1);
     },
     [](const Item& from) { return std::to_string(from.target.weight); }},
}};

}  // namespace

constinit const TextForm model_form{"1 to 256 of visible ASCII without `*`", "^[!-)+-~]{1,256}$",
                                    is_model};

constinit const Form model_name_form{.shape = Form::Shape::text, .text = &pattern_form};

constinit const Form target_form{.shape = Form::Shape::object,
                                 .members = [] { return facts_of(std::span<const Row>(rows)); }};

std::vector<TargetSettings> read_targets(ConfigReader& reader, const ConfigValue& value,
                                         const Config& config) {
  std::vector<TargetSettings> targets;
  for (std::size_t i = 0; i < value.items.size(); ++i) {
    const ConfigReader::Step step(reader, i);
    Item item{.config = config};
    reader.object(value.items[i], std::span<const Row>(rows), item);
    targets.push_back(std::move(item.target));
  }
  return targets;
}

std::size_t provider_number(ConfigReader& reader, const ConfigValue& value, const Config& config) {
  const auto& all = config.upstreams;
  const auto found = std::find_if(all.begin(), all.end(),
                                  [&](const auto& each) { return each.name == value.text; });
  if (found != all.end()) return static_cast<std::size_t>(found - all.begin());
  std::string names;
  for (const auto& each : all) names.append(names.empty() ? "" : ", ").append(each.name);
  reader.fault(value.place, value.text,
               names.empty() ? "there is no such provider, as `providers` names none"
                             : "no such provider; there are " + names);
  return 0;
}

}  // namespace llmgw::proxy
