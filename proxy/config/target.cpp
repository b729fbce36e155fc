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

constexpr Form boolean_form{.shape = Form::Shape::boolean};

std::string shown(const std::optional<bool>& value) {
  return value ? std::string(*value ? "true" : "false") : std::string();
}

std::string shown(const std::optional<std::uint64_t>& value) {
  return value ? std::to_string(*value) : std::string();
}

// A row that says something of the model, for translation.
template <std::optional<bool> TranslationSettings::*member>
constexpr Row fact_row(std::string_view name, std::string_view meaning) {
  return {{.name = name,
           .value = "",
           .meaning = meaning,
           .form = boolean_form,
           .shown = "by the model's name"},
          [](ConfigReader&, const ConfigValue& value, Item& into) {
            into.target.translation.*member = value.text == "true";
          },
          [](const Item& from) { return shown(from.target.translation.*member); }};
}

template <bool TranslationSettings::*member>
constexpr Row switch_row(std::string_view name, std::string_view meaning) {
  return {{.name = name, .value = "false", .meaning = meaning, .form = boolean_form},
          [](ConfigReader&, const ConfigValue& value, Item& into) {
            into.target.translation.*member = value.text == "true";
          },
          [](const Item& from) { return shown(std::optional(from.target.translation.*member)); }};
}

template <std::optional<std::uint64_t> TranslationSettings::*member>
constexpr Row tokens_row(std::string_view name, std::string_view meaning) {
  return {{.name = name,
           .value = "",
           .meaning = meaning,
           .form = {.shape = Form::Shape::number, .least = 1, .most = 1'000'000'000},
           .shown = "what the provider says, or by the model's name"},
          [](ConfigReader&, const ConfigValue& value, Item& into) {
            into.target.translation.*member = parse_integer(value.text);
          },
          [](const Item& from) { return shown(from.target.translation.*member); }};
}

constexpr std::array<Row, 12> rows{{
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
    tokens_row<&TranslationSettings::default_max_tokens>(
        "default_max_tokens",
        "translated to Anthropic: the limit where the client names none; a ceiling, no cost"),
    tokens_row<&TranslationSettings::max_output_tokens>(
        "max_output_tokens", "translated: the most that the model takes"),
    {{.name = "reasoning",
      .value = "",
      .meaning = "translated: how the model is told how much to think: `adaptive`, `budget`, "
                 "`level` or `off`",
      .form = {.shape = Form::Shape::word, .words = reasoning_words},
      .shown = "what the provider says, or by the model's name"},
     [](ConfigReader&, const ConfigValue& value, Item& into) {
       const auto word = std::find(reasoning_words.begin(), reasoning_words.end(), value.text);
       into.target.translation.reasoning =
           static_cast<ReasoningForm>(word - reasoning_words.begin());
     },
     [](const Item& from) {
       const auto& form = from.target.translation.reasoning;
       return form ? std::string(reasoning_words[static_cast<std::size_t>(*form)]) : std::string();
     }},
    fact_row<&TranslationSettings::has_sampling>(
        "sampling", "translated: whether the model takes `temperature`, `top_p` and `top_k`"),
    fact_row<&TranslationSettings::has_forced_tools>(
        "forced_tools", "translated: whether it takes a `tool_choice` that forces a call"),
    switch_row<&TranslationSettings::marks_cache>(
        "prompt_cache", "translated to Anthropic: the last block is marked for its cache"),
    switch_row<&TranslationSettings::streams_tool_input>(
        "eager_tool_input", "translated to Anthropic: arguments of tools come piece by piece"),
    switch_row<&TranslationSettings::reduces_schema>(
        "openapi_schema", "translated to Gemini: schemas in the narrow form of older models"),
    switch_row<&TranslationSettings::has_system_turns>(
        "mid_system", "translated to Anthropic: the model takes system messages between others"),
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
