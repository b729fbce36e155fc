// SPDX-License-Identifier: MIT
// `defaults`: what holds for providers and models that say nothing else.
#include "proxy/config/provider_limits.hpp"
#include "proxy/config/sections.hpp"

namespace llmgw::proxy {
namespace {

constexpr std::array<Member<Defaults>, 3> rows{{
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
          }};
}

}  // namespace llmgw::proxy
