// SPDX-License-Identifier: MIT
// Who is given which limits.
#include "quota/limit_sections.hpp"

#include <algorithm>

#include "common/text/quantity.hpp"
#include "quota/rule_set.hpp"

namespace llmgw::quota {
namespace {

using namespace std::chrono_literals;

constexpr std::uint32_t millionths_of_percent = 10'000;
constexpr int percent_places = 4;
constexpr std::chrono::nanoseconds shortest_lease = 200ms;
constexpr std::chrono::nanoseconds longest_lease = 1min;

/// What the rows of one tenant fill.
struct Item {
  const LimitSettings& settings;
  TenantLimits tenant = {};
};

using Row = Member<Item>;

constexpr std::array<Row, 2> rows{{
    {{.name = "plan",
      .value = "",
      .meaning = "the name of one of `plans`",
      .form = {.shape = Form::Shape::text, .text = &name_form},
      .shown = "that of `\"*\"`"},
     [](ConfigReader& reader, const ConfigValue& value, Item& into) {
       read_plan_name(reader, value, into.settings, into.tenant.plan);
     },
     [](const Item& from) { return from.tenant.plan; }},
    {{.name = "limits",
      .value = "",
      .meaning = "what it is under besides; the same as of a plan",
      .form = limits_form,
      .shown = "none"},
     [](ConfigReader& reader, const ConfigValue& value, Item& into) {
       into.tenant.limits = read_limits(reader, value, into.settings.defaults);
     }},
}};

/// What the rows of one plan fill.
struct PlanItem {
  const LimitSettings& settings;
  Plan plan = {};
};

constexpr std::array<Member<PlanItem>, 2> plan_rows{{
    {{.name = "limits", .value = "", .meaning = "the list", .form = limits_form, .shown = "none"},
     [](ConfigReader& reader, const ConfigValue& value, PlanItem& into) {
       into.plan.limits = read_limits(reader, value, into.settings.defaults);
     }},
    {{.name = "abort",
      .value = "",
      .meaning = "what becomes of a stream that its client leaves, as `ABORT_BILLING`",
      .form = abort_form,
      .shown = "`ABORT_BILLING`"},
     [](ConfigReader&, const ConfigValue& value, PlanItem& into) {
       into.plan.abort = read_abort(value);
     }},
}};

bool is_percent(std::string_view text) {
  if (!text.ends_with('%')) return false;
  const auto share = parse_decimal(text.substr(0, text.size() - 1), percent_places);
  return share && *share <= 100 * millionths_of_percent;
}

const Plan* plan_named(const LimitSettings& settings, std::string_view name) {
  const auto found = std::find_if(settings.plans.begin(), settings.plans.end(),
                                  [name](const auto& each) { return each.name == name; });
  return found == settings.plans.end() ? nullptr : &*found;
}

// All entries first: a tenant without a plan has that of `*`, wherever it stands.
void check_together(ConfigReader& reader, const ConfigValue& value, const LimitSettings& settings) {
  const auto others = std::find_if(settings.tenants.begin(), settings.tenants.end(),
                                   [](const auto& each) { return each.name == "*"; });
  for (std::size_t i = 0; i < settings.tenants.size(); ++i) {
    const TenantLimits& each = settings.tenants[i];
    const ConfigReader::Step step(reader, each.name);
    const bool has_own = !each.plan.empty() || others == settings.tenants.end();
    const Plan* const plan = plan_named(settings, has_own ? each.plan : others->plan);
    if (plan == nullptr) continue;
    const ConfigPlace& place = value.members[i].place;
    check_rule_count(reader, place, plan->limits.size() + each.limits.size());
    for (const LimitRule& rule : each.limits)
      if (rule_named(plan->limits, rule.id) != nullptr)
        reader.fault(place, "its plan `" + plan->name + "` has a rule `" + rule.id +
                                "` too; both would be one balance");
  }
}

}  // namespace

constinit const Form tenant_item_form{
    .shape = Form::Shape::object, .members = [] { return facts_of(std::span<const Row>(rows)); }};

constinit const TextForm percent_form{"a percentage such as 2% or 0.5%, up to 100%",
                                      "^[0-9]+(\\.[0-9]{1,4})?%$", is_percent};

std::vector<MemberFacts> plan_members() {
  return facts_of(std::span<const Member<PlanItem>>(plan_rows));
}

AbortBilling read_abort(const ConfigValue& value) {
  const auto word = std::find(abort_billing_words.begin(), abort_billing_words.end(), value.text);
  return static_cast<AbortBilling>(word - abort_billing_words.begin());
}

void read_plans(ConfigReader& reader, const ConfigValue& value, LimitSettings& into) {
  for (const ConfigMember& each : value.members) {
    const ConfigReader::Step step(reader, each.name);
    PlanItem item{into, {.name = each.name}};
    if (each.value.kind == ConfigValue::Kind::object) {
      reader.object(each.value, std::span<const Member<PlanItem>>(plan_rows), item);
    } else {
      item.plan.limits = read_limits(reader, each.value, into.defaults);
    }
    into.plans.push_back(std::move(item.plan));
  }
}

void read_tenants(ConfigReader& reader, const ConfigValue& value, LimitSettings& into) {
  for (const ConfigMember& each : value.members) {
    const ConfigReader::Step step(reader, each.name);
    Item item{into, {.name = each.name}};
    reader.object(each.value, std::span<const Row>(rows), item);
    into.tenants.push_back(std::move(item.tenant));
  }
  check_together(reader, value, into);
}

void read_plan_name(ConfigReader& reader, const ConfigValue& value, const LimitSettings& settings,
                    std::string& into) {
  into = value.text;
  if (plan_named(settings, into) == nullptr)
    reader.fault(value.place, into, "no entry of `plans` has this name");
}

void check_rule_count(ConfigReader& reader, const ConfigPlace& place, std::size_t count) {
  if (count > most_rules)
    reader.fault(place, "would be under " + std::to_string(count) +
                            " rules, with those of its plan; accepted are up to " +
                            std::to_string(most_rules));
}

void read_lease_ttl(ConfigReader& reader, const ConfigValue& value, LimitDefaults& into) {
  into.lease_ttl = *parse_duration(value.text);
  if (into.lease_ttl < shortest_lease || into.lease_ttl > longest_lease)
    reader.fault(value.place, value.text,
                 "accepted are " + format_duration(shortest_lease) + " to " +
                     format_duration(longest_lease));
}

void read_allowance(ConfigReader&, const ConfigValue& value, LimitDefaults& into) {
  const std::string_view number = std::string_view(value.text).substr(0, value.text.size() - 1);
  into.outage_allowance =
      Share(static_cast<std::uint32_t>(parse_decimal(number, percent_places).value_or(0)));
}

OnOutage read_on_outage(const ConfigValue& value) {
  const auto word = std::find(on_outage_words.begin(), on_outage_words.end(), value.text);
  return static_cast<OnOutage>(word - on_outage_words.begin());
}

Reserve read_reserve(const ConfigValue& value) {
  const auto word = std::find(reserve_words.begin(), reserve_words.end(), value.text);
  return static_cast<Reserve>(word - reserve_words.begin());
}

std::string shown_percent(Share share) {
  return format_decimal(share.millionths(), percent_places) + "%";
}

std::string shown_duration(std::chrono::nanoseconds duration) { return format_duration(duration); }

}  // namespace llmgw::quota
