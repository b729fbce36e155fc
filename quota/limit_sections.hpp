// SPDX-License-Identifier: MIT
// PURE: the sections `plans` and `tenants`, and the rows of `defaults` about limits, for both
// daemons.
#pragma once

#include <array>
#include <string>

#include "quota/rule_rows.hpp"

namespace llmgw::quota {

/// What an entry of `plans` may be, its limits by themselves being most.
std::vector<MemberFacts> plan_members();
inline constexpr Form plan_form{.shape = Form::Shape::list_or_object,
                                .least = 1,
                                .most = most_rules,
                                .each = &limit_form,
                                .members = plan_members};
/// What an entry of `tenants` may hold.
extern const Form tenant_item_form;
/// Of `abort`, in a plan and in a key.
inline constexpr Form abort_form{.shape = Form::Shape::word, .words = abort_billing_words};
AbortBilling read_abort(const ConfigValue& value);

inline constexpr Form plans_form{
    .shape = Form::Shape::names, .text = &name_form, .least = 1, .most = 1'000, .each = &plan_form};
inline constexpr Form tenants_form{.shape = Form::Shape::names,
                                   .text = &tenant_form,
                                   .least = 1,
                                   .most = 10'000,
                                   .each = &tenant_item_form};

// Each fills its part of the settings; the defaults are read before the plans, and those before the
// tenants.
void read_plans(ConfigReader& reader, const ConfigValue& value, LimitSettings& into);
void read_tenants(ConfigReader& reader, const ConfigValue& value, LimitSettings& into);

/// The plan that a tenant or a key names; notes a fault where there is none of this name.
void read_plan_name(ConfigReader& reader, const ConfigValue& value, const LimitSettings& settings,
                    std::string& into);

/// Notes a fault at `place` where somebody would be under more than most_rules.
void check_rule_count(ConfigReader& reader, const ConfigPlace& place, std::size_t count);

// Of the defaults.
extern const TextForm percent_form;
void read_lease_ttl(ConfigReader& reader, const ConfigValue& value, LimitDefaults& into);
void read_allowance(ConfigReader& reader, const ConfigValue& value, LimitDefaults& into);
OnOutage read_on_outage(const ConfigValue& value);
Reserve read_reserve(const ConfigValue& value);
std::string shown_percent(Share share);
std::string shown_duration(std::chrono::nanoseconds duration);

/// Those that calendars alone have stand behind them.
inline constexpr std::span<const std::string_view> default_outage_words =
    std::span(on_outage_words).first<3>();

/// `settings_of`: called with a T, yields a reference to its LimitSettings.
template <class T, auto settings_of>
constexpr Member<T> plans_section() {
  return {{.name = "plans",
           .value = "",
           .meaning = "lists of limits by name, which tenants and keys are given by it; or an "
                      "object of such a list and what else holds",
           .form = plans_form,
           .shown = "none"},
          [](ConfigReader& reader, const ConfigValue& value, T& into) {
            read_plans(reader, value, settings_of(into));
          }};
}

/// The same.
template <class T, auto settings_of>
constexpr Member<T> tenants_section() {
  return {{.name = "tenants",
           .value = "",
           .meaning = "how much tenants may, by name; `\"*\"`: each that has no entry of its own",
           .form = tenants_form,
           .shown = "none"},
          [](ConfigReader& reader, const ConfigValue& value, T& into) {
            read_tenants(reader, value, settings_of(into));
          }};
}

/// The rows of `defaults`. `part_of`: called with a T, yields a reference to its LimitDefaults.
template <class T, auto part_of>
constexpr std::array<Member<T>, 4> limit_default_rows() {
  using Shape = Form::Shape;
  return {{
      {{.name = "on_outage",
        .value = "share",
        .meaning = "of limits that say nothing else: what holds while the collector that lends "
                   "them is away",
        .form = {.shape = Shape::word, .words = default_outage_words}},
       [](ConfigReader&, const ConfigValue& value, T& into) {
         part_of(into).on_outage = read_on_outage(value);
       },
       [](const T& from) {
         return std::string(on_outage_words[static_cast<std::size_t>(part_of(from).on_outage)]);
       }},
      {{.name = "reserve",
        .value = "learned",
        .meaning = "of limits that say nothing else: what a request takes before its answer is "
                   "there",
        .form = {.shape = Shape::word, .words = reserve_words}},
       [](ConfigReader&, const ConfigValue& value, T& into) {
         part_of(into).reserve = read_reserve(value);
       },
       [](const T& from) {
         return std::string(reserve_words[static_cast<std::size_t>(part_of(from).reserve)]);
       }},
      {{.name = "lease_ttl",
        .value = "2s",
        .meaning = "how long a proxy may keep what the collector has lent it",
        .form = {.shape = Shape::text, .text = &duration_form}},
       [](ConfigReader& reader, const ConfigValue& value, T& into) {
         read_lease_ttl(reader, value, part_of(into));
       },
       [](const T& from) { return shown_duration(part_of(from).lease_ttl); }},
      {{.name = "outage_allowance",
        .value = "2%",
        .meaning = "the part of a calendar's limit that all proxies together may use while the "
                   "collector is away",
        .form = {.shape = Shape::text, .text = &percent_form}},
       [](ConfigReader& reader, const ConfigValue& value, T& into) {
         read_allowance(reader, value, part_of(into));
       },
       [](const T& from) { return shown_percent(part_of(from).outage_allowance); }},
  }};
}

}  // namespace llmgw::quota
