// SPDX-License-Identifier: MIT
// `defaults`: what holds for providers and models that say nothing else.
#include "proxy/config/sections.hpp"
#include "proxy/config/shared_rows.hpp"

namespace llmgw::proxy {
namespace {

constexpr std::array<std::string_view, 2> reasoning_outputs{"content", "none"};

// Where the shared rows find what they fill.
constexpr auto part_of = [](auto& item) -> auto& { return item; };

constexpr std::array<Member<Defaults>, 5> rows{{
    {{.name = "timeouts",
      .value = "",
      .meaning = "how long a provider may take",
      .form = {.shape = Form::Shape::object, .members = timeout_members},
      .shown = "see its members"},
     [](ConfigReader& reader, const ConfigValue& value, Defaults& into) {
       read_timeouts(reader, value, into.timeouts);
     }},
    {{.name = "cooldown",
      .value = "",
      .meaning = "when a target that fails is left alone",
      .form = {.shape = Form::Shape::object, .members = cooldown_members},
      .shown = "see its members"},
     [](ConfigReader& reader, const ConfigValue& value, Defaults& into) {
       read_cooldown(reader, value, into.cooldown);
     }},
    retry_row<Defaults, part_of>("see its members"),
    unsupported_row<Defaults, part_of>("reject", ""),
    {{.name = "reasoning_output",
      .value = "content",
      .meaning = "of translated answers, what the model thought: `content` gives it to clients as "
                 "`reasoning_content`, `none` does not",
      .form = {.shape = Form::Shape::word, .words = reasoning_outputs}},
     [](ConfigReader&, const ConfigValue& value, Defaults& into) {
       into.shows_reasoning = value.text == reasoning_outputs.front();
     },
     [](const Defaults& from) {
       return std::string(reasoning_outputs[from.shows_reasoning ? 0 : 1]);
     }},
}};

}  // namespace

Section defaults_section() {
  return {{.name = "defaults",
           .value = "",
           .meaning = "what holds for providers and models that say nothing else",
           .form = {.shape = Form::Shape::object,
                    .members = [] { return facts_of(std::span<const Member<Defaults>>(rows)); }},
           .shown = "see its members"},
          [](ConfigReader& reader, const ConfigValue& value, Config& config) {
            reader.object(value, std::span<const Member<Defaults>>(rows), config.defaults);
            config.routing.retry = config.defaults.retry;
            config.routing.drops_unsupported = config.defaults.drops_unsupported;
            config.routing.shows_reasoning = config.defaults.shows_reasoning;
          }};
}

}  // namespace llmgw::proxy
