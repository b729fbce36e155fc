// SPDX-License-Identifier: MIT
// Who answers, under which name, and how often.
#include "proxy/config/target.hpp"

#include <algorithm>

#include "common/text/quantity.hpp"
#include "proxy/config/translation_rows.hpp"

namespace llmgw::proxy {
namespace {

/// What the rows of one fill.
struct Item {
  const Config& config;
  TargetSettings target = {};
};

bool is_model(std::string_view text) { return pattern_form.fits(text) && !text.ends_with('*'); }

using Row = Member<Item>;

// Where the shared rows find what they fill.
constexpr auto part_of = [](auto& item) -> auto& { return item.target.translation; };
template <auto member>
constexpr auto member_of = [](auto& item) -> auto& { return item.target.translation.*member; };

constexpr std::string_view by_name = "by the model's name";
constexpr std::string_view by_facts = "what the provider says, or by the model's name";
constexpr std::string_view by_provider = "the provider's";

constexpr std::array<Row, 12> rows{{
    {{.name = "provider",
      .value = "",
      .meaning = "who is asked",
      .form = {.shape = Form::Shape::text, .text = &name_form},
      .is_required = true},
     [](ConfigReader& reader, const ConfigValue& value, Item& into) {
       into.target.upstream = provider_number(reader, value, into.config);
       const auto& all = into.config.upstreams;
       if (into.target.upstream < all.size())
         into.target.translation = all[into.target.upstream].translation;
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
    default_max_tokens_row<Item, part_of>(by_provider),
    tokens_row<Item, member_of<&TranslationSettings::max_output_tokens>>(
        {.name = "max_output_tokens",
         .value = "",
         .meaning = "translated: the most that the model takes",
         .shown = by_facts}),
    {{.name = "reasoning",
      .value = "",
      .meaning = "translated: how the model is told how much to think: `adaptive`, `budget`, "
                 "`level` or `off`",
      .form = {.shape = Form::Shape::word, .words = reasoning_words},
      .shown = by_facts},
     [](ConfigReader&, const ConfigValue& value, Item& into) {
       const auto word = std::find(reasoning_words.begin(), reasoning_words.end(), value.text);
       into.target.translation.reasoning =
           static_cast<ReasoningForm>(word - reasoning_words.begin());
     },
     [](const Item& from) {
       const auto& form = from.target.translation.reasoning;
       return form ? std::string(reasoning_words[static_cast<std::size_t>(*form)]) : std::string();
     }},
    switch_row<Item, member_of<&TranslationSettings::has_sampling>>(
        {.name = "sampling",
         .value = "",
         .meaning = "translated: whether the model takes `temperature`, `top_p` and `top_k`",
         .shown = by_name}),
    switch_row<Item, member_of<&TranslationSettings::has_forced_tools>>(
        {.name = "forced_tools",
         .value = "",
         .meaning = "translated: whether it takes a `tool_choice` that forces a call",
         .shown = by_name}),
    prompt_cache_row<Item, part_of>("", by_provider),
    switch_row<Item, member_of<&TranslationSettings::streams_tool_input>>(
        {.name = "eager_tool_input",
         .value = "false",
         .meaning = "translated to Anthropic: arguments of tools come piece by piece"}),
    schema_row<Item, part_of>("", by_provider),
    mid_system_row<Item, part_of>(by_provider),
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
