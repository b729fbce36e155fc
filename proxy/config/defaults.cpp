// SPDX-License-Identifier: MIT
// `defaults`: what holds for providers and models that say nothing else.
#include "proxy/config/provider_limits.hpp"
#include "proxy/config/sections.hpp"

namespace llmgw::proxy {
namespace {

constexpr std::array<std::string_view, 2> reasoning_outputs{"content", "none"};

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
    {{.name = "retry",
      .value = "",
      .meaning = "when another target is asked in place of one that failed",
      .form = {.shape = Form::Shape::object, .members = retry_members},
      .shown = "see its members"},
     [](ConfigReader& reader, const ConfigValue& value, Defaults& into) {
       read_retry(reader, value, into.retry);
     }},
    {{.name = "on_unsupported",
      .value = "reject",
      .meaning =
          "of a translated request, what a target cannot honour though it binds: `reject` it, "
          "or `drop` and name it",
      .form = {.shape = Form::Shape::word, .words = unsupported_words}},
     [](ConfigReader&, const ConfigValue& value, Defaults& into) {
       into.drops_unsupported = value.text == unsupported_words.back();
     },
     [](const Defaults& from) {
       return std::string(unsupported_words[from.drops_unsupported ? 1 : 0]);
     }},
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
