// SPDX-License-Identifier: MIT
// PURE: what an entry of the section `keys` says of limits, for both daemons.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "quota/limit_sections.hpp"

namespace llmgw::quota {

/// `part_of`: called with a T, yields a reference to its KeyLimits; `settings_of`: one to the
/// LimitSettings, which were read before.
template <class T, auto part_of, auto settings_of>
constexpr std::array<Member<T>, 4> key_limit_rows() {
  return {{
      {{.name = "plan",
        .value = "",
        .meaning = "the name of one of `plans`, in place of its tenant's",
        .form = {.shape = Form::Shape::text, .text = &name_form},
        .shown = "its tenant's"},
       [](ConfigReader& reader, const ConfigValue& value, T& into) {
         read_plan_name(reader, value, settings_of(into), part_of(into).plan);
       }},
      {{.name = "limits",
        .value = "",
        .meaning = "what it is under besides, by itself; the same as of a plan",
        .form = limits_form,
        .shown = "none"},
       [](ConfigReader& reader, const ConfigValue& value, T& into) {
         part_of(into).limits = read_limits(reader, value, settings_of(into).defaults);
       }},
      {{.name = "floor",
        .value = "0",
        .meaning = "the part of the `burst` of each limit that it leaves to others; for work that "
                   "can wait",
        .form = floor_form},
       [](ConfigReader&, const ConfigValue& value, T& into) {
         part_of(into).floor = read_share(value);
       }},
      {{.name = "abort",
        .value = "",
        .meaning = "what becomes of a stream that its client leaves, as `ABORT_BILLING`",
        .form = abort_form,
        .shown = "its plan's"},
       [](ConfigReader&, const ConfigValue& value, T& into) {
         part_of(into).abort = read_abort(value);
       }},
  }};
}

/// Those of the keys that say something of limits, for who needs no more of them; `value`: of the
/// section. What is wrong with the rest of an entry is the other daemon's to say.
std::vector<KeyLimits> read_key_limits(ConfigReader& reader, const ConfigValue& value,
                                       const LimitSettings& settings);

/// An entry, with these members alone.
extern const Form key_limits_form;

}  // namespace llmgw::quota
