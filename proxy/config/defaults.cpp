// SPDX-License-Identifier: MIT
// `defaults`: what holds for providers, models and limits that say nothing else.
#include "proxy/config/sections.hpp"
#include "proxy/config/shared_rows.hpp"
#include "proxy/config/translation_rows.hpp"
#include "quota/limit_sections.hpp"

namespace llmgw::proxy {
namespace {

// Where the shared rows find what they fill.
constexpr auto part_of = [](auto& item) -> auto& { return item; };
constexpr auto shows_reasoning_of = [](auto& item) -> auto& { return item.shows_reasoning; };
constexpr auto signatures_of = [](auto& item) -> auto& { return item.remembers_signatures; };

constexpr std::array<std::string_view, 2> signature_words{"stateless", "remember"};

constexpr auto limits_of = [](auto& item) -> auto& { return item.limits; };

constexpr auto limit_rows = quota::limit_default_rows<Defaults, limits_of>();

constexpr std::array<Member<Defaults>, 10> rows{{
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
    reasoning_output_row<Defaults, shows_reasoning_of>("content", ""),
    word_row<Defaults, signatures_of, signature_words>(
        {.name = "signatures",
         .value = "stateless",
         .meaning =
             "translated to Gemini: with `remember`, thought signatures of tool calls that a "
             "client does not send back are filled in, out of up to 8 MB a worker"}),
    limit_rows[0],
    limit_rows[1],
    limit_rows[2],
    limit_rows[3],
}};

}  // namespace

Section defaults_section() {
  return {{.name = "defaults",
           .value = "",
           .meaning = "what holds for providers, models and limits that say nothing else",
           .form = {.shape = Form::Shape::object,
                    .members = [] { return facts_of(std::span<const Member<Defaults>>(rows)); }},
           .shown = "see its members"},
          [](ConfigReader& reader, const ConfigValue& value, Config& config) {
            reader.object(value, std::span<const Member<Defaults>>(rows), config.defaults);
            config.limits.defaults = config.defaults.limits;
            config.routing.retry = config.defaults.retry;
            config.routing.drops_unsupported = config.defaults.drops_unsupported;
            config.routing.remembers_signatures = config.defaults.remembers_signatures;
          }};
}

}  // namespace llmgw::proxy
