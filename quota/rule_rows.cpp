// SPDX-License-Identifier: MIT
// One limit, member by member, and what its members must not be together.
#include "quota/rule_rows.hpp"

#include <algorithm>

#include "common/text/quantity.hpp"

namespace llmgw::quota {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t longest_id = 32;
constexpr std::size_t most_models = 1'000;
constexpr std::uint64_t most_units = 10'000'000'000'000;
constexpr std::uint64_t most_usd = 1'000'000'000;
constexpr Units nano_per_millionth = 1'000;
// Of a minute, ten seconds: providers too look at requests over shorter times than they tell of.
constexpr Units default_bursts_of_requests = 6;
constexpr std::chrono::nanoseconds shortest = 100ms;
constexpr std::chrono::nanoseconds longest = 366 * 24h;

/// What the rows of one fill.
struct Item {
  const LimitDefaults& defaults;
  LimitRule rule = {};
  std::uint64_t limit = 0;                  ///< millionths
  std::optional<std::uint64_t> burst = {};  ///< the same
  std::optional<OnOutage> on_outage = {};
};

bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= longest_id &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
         });
}

bool is_calendar(std::string_view text) {
  return text == "day" || text == "week" || text == "month";
}

bool is_period(std::string_view text) {
  return is_calendar(text) || (parse_duration(text) && duration_form.fits(text));
}

bool is_zone(std::string_view text) {
  constexpr std::size_t most = 64;
  return !text.empty() && text.size() <= most && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/' ||
           c == '_' || c == '-' || c == '+';
  });
}

bool is_tenant(std::string_view text) {
  constexpr std::size_t most = 128;
  if (text == "*") return true;
  return !text.empty() && text.size() <= most && std::all_of(text.begin(), text.end(), [](char c) {
    return c > ' ' && c < '\x7f' && c != '*';
  });
}

constexpr TextForm id_form{"1 to 32 of a-z, 0-9, `_` and `-`", "^[a-z0-9_-]{1,32}$", is_id};
constexpr TextForm period_form{
    "a duration such as 1m or 24h, or day, week or month",
    "^((0|([0-9]+(\\.[0-9]*)?|\\.[0-9]+)(ns|us|\u00b5s|\u03bcs|ms|s|m|h))+|day|week|month)$",
    is_period};
constexpr TextForm zone_form{"the name of a time zone, such as UTC or Europe/Berlin",
                             "^[A-Za-z0-9/_+-]{1,64}$", is_zone};
constexpr Form pattern_item{.shape = Form::Shape::text, .text = &pattern_form};
constexpr Form amount_form{
    .shape = Form::Shape::decimal, .least = 1, .most = most_units * millionths};

template <class T, std::size_t N>
T enumerator_of(const std::array<std::string_view, N>& words, std::string_view word) {
  return static_cast<T>(std::find(words.begin(), words.end(), word) - words.begin());
}

template <class T, std::size_t N>
std::string word_of(const std::array<std::string_view, N>& words, T value) {
  return std::string(words[static_cast<std::size_t>(value)]);
}

Period::Kind calendar_of(std::string_view word) {
  if (word == "day") return Period::Kind::day;
  return word == "week" ? Period::Kind::week : Period::Kind::month;
}

void read_period(ConfigReader& reader, const ConfigValue& value, Item& into) {
  Period& period = into.rule.period;
  if (is_calendar(value.text)) {
    period.kind = calendar_of(value.text);
    period.timezone = "UTC";
    return;
  }
  period.kind = Period::Kind::rolling;
  period.length = *parse_duration(value.text);
  if (period.length < shortest || period.length > longest)
    reader.fault(value.place, value.text,
                 "accepted are " + format_duration(shortest) + " to " + format_duration(longest));
}

std::uint64_t default_burst(const Item& item) {
  if (item.rule.unit != Unit::requests || item.rule.period.kind != Period::Kind::rolling)
    return item.limit;
  return std::max(item.limit / default_bursts_of_requests / millionths * millionths, millionths);
}

std::string shown_amount(std::uint64_t amount) { return format_decimal(amount, decimal_places); }

using Row = Member<Item>;

constexpr std::array<Row, 11> rows{{
    {{.name = "id",
      .value = "",
      .meaning = "what refusals, metrics and logs call it; one of its kind within its list",
      .form = {.shape = Form::Shape::text, .text = &id_form},
      .shown = "unit and `per`: `requests-1m`"},
     [](ConfigReader&, const ConfigValue& value, Item& into) { into.rule.id = value.text; },
     [](const Item& from) { return from.rule.id; }},
    {{.name = "unit",
      .value = "",
      .meaning = "what is counted: `requests`, `tokens` (or one side of them), dollars (`usd`), or "
                 "exchanges that run at the same time (`concurrency`)",
      .form = {.shape = Form::Shape::word, .words = unit_words},
      .is_required = true},
     [](ConfigReader&, const ConfigValue& value, Item& into) {
       into.rule.unit = enumerator_of<Unit>(unit_words, value.text);
     },
     [](const Item& from) { return word_of(unit_words, from.rule.unit); }},
    {{.name = "limit",
      .value = "",
      .meaning = "how much of it; only of `usd` with a point",
      .form = amount_form,
      .is_required = true},
     [](ConfigReader&, const ConfigValue& value, Item& into) {
       into.limit = parse_decimal(value.text, decimal_places).value_or(0);
     },
     [](const Item& from) { return shown_amount(from.limit); }},
    {{.name = "per",
      .value = "",
      .meaning = "in which time: a duration, over which the limit is refilled steadily, or `day`, "
                 "`week` or `month` of a calendar, which needs LIMITS_URL; all but `concurrency` "
                 "need it",
      .form = {.shape = Form::Shape::text, .text = &period_form},
      .shown = "none"},
     read_period,
     [](const Item& from) { return to_text(from.rule.period); }},
    {{.name = "burst",
      .value = "",
      .meaning = "of a duration: the most that can be had at once",
      .form = amount_form,
      .shown = "`limit`; of `requests` a sixth of it"},
     [](ConfigReader&, const ConfigValue& value, Item& into) {
       into.burst = parse_decimal(value.text, decimal_places);
     },
     [](const Item& from) { return shown_amount(from.burst.value_or(default_burst(from))); }},
    {{.name = "timezone",
      .value = "",
      .meaning = "of a calendar: where its days begin",
      .form = {.shape = Form::Shape::text, .text = &zone_form},
      .shown = "UTC"},
     [](ConfigReader&, const ConfigValue& value, Item& into) {
       into.rule.period.timezone = value.text;
     },
     [](const Item& from) { return from.rule.period.timezone; }},
    {{.name = "models",
      .value = "",
      .meaning = "it is about requests for these alone, by the name that the client asks for; `*` "
                 "at the end for any text",
      .form = {.shape = Form::Shape::list, .least = 1, .most = most_models, .each = &pattern_item},
      .shown = "all"},
     [](ConfigReader&, const ConfigValue& value, Item& into) {
       for (const ConfigValue& each : value.items) into.rule.models.push_back(each.text);
     },
     [](const Item& from) {
       std::string all;
       for (const std::string& each : from.rule.models)
         all.append(all.empty() ? "" : ", ").append(each);
       return all;
     }},
    {{.name = "reserve",
      .value = "",
      .meaning = "of tokens and `usd`, what a request takes before its answer is there: what the "
                 "last ones took (`learned`), what it allows for (`max_tokens`), or nothing "
                 "(`none`)",
      .form = {.shape = Form::Shape::word, .words = reserve_words},
      .shown = "`defaults.reserve`"},
     [](ConfigReader&, const ConfigValue& value, Item& into) {
       into.rule.reserve = enumerator_of<Reserve>(reserve_words, value.text);
     },
     [](const Item& from) { return word_of(reserve_words, from.rule.reserve); }},
    {{.name = "on_outage",
      .value = "",
      .meaning = "while the collector is away: each proxy goes on with its `share`, all is refused "
                 "(`closed`), or nothing (`open`); of a calendar also `allowance`, a stated part "
                 "of the limit",
      .form = {.shape = Form::Shape::word, .words = on_outage_words},
      .shown = "`defaults.on_outage`; of a calendar `allowance`"},
     [](ConfigReader&, const ConfigValue& value, Item& into) {
       into.on_outage = enumerator_of<OnOutage>(on_outage_words, value.text);
     },
     [](const Item& from) {
       return word_of(on_outage_words,
                      from.on_outage.value_or(on_outage_of(from.rule.period, from.defaults)));
     }},
    {{.name = "floor",
      .value = "0",
      .meaning = "the part of `burst` that stays behind",
      .form = floor_form},
     [](ConfigReader&, const ConfigValue& value, Item& into) {
       into.rule.floor = read_share(value);
     },
     [](const Item& from) { return shown_amount(from.rule.floor.millionths()); }},
    {{.name = "mode",
      .value = "enforce",
      .meaning = "`observe`: it counts and tells, and refuses nobody",
      .form = {.shape = Form::Shape::word, .words = rule_mode_words}},
     [](ConfigReader&, const ConfigValue& value, Item& into) {
       into.rule.mode = enumerator_of<RuleMode>(rule_mode_words, value.text);
     },
     [](const Item& from) { return word_of(rule_mode_words, from.rule.mode); }},
}};

/// Says what is wrong with the members of one limit together.
class Checks {
 public:
  Checks(ConfigReader& reader, const ConfigValue& value) : reader_(reader), value_(value) {}

  bool is_good() const noexcept { return is_good_; }

  void not_with(std::string_view member, std::string_view reason) {
    if (const ConfigMember* each = find(member)) fault(*each, reason);
  }
  void needs(std::string_view member, std::string_view reason) {
    if (find(member) != nullptr) return;
    reader_.fault(value_.place, "`" + std::string(member) + "` is missing: " + std::string(reason));
    is_good_ = false;
  }
  /// The amount in units of the rule.
  Units units(std::string_view member, Unit unit, std::uint64_t amount) {
    const ConfigMember* each = find(member);
    if (unit == Unit::usd) {
      if (amount > most_usd * millionths && each != nullptr)
        fault(*each, "accepted of usd are up to " + std::to_string(most_usd));
      return static_cast<Units>(std::min(amount, most_usd * millionths)) * nano_per_millionth;
    }
    if (amount % millionths != 0 && each != nullptr)
      fault(*each, "only usd may have a point; of " + std::string(quota::word_of(unit)) +
                       " there are whole ones");
    return static_cast<Units>(amount / millionths);
  }

 private:
  const ConfigMember* find(std::string_view name) const {
    const auto found = std::find_if(value_.members.begin(), value_.members.end(),
                                    [name](const auto& each) { return each.name == name; });
    return found == value_.members.end() ? nullptr : &*found;
  }
  void fault(const ConfigMember& member, std::string_view reason) {
    const ConfigReader::Step step(reader_, member.name);
    reader_.fault(member.value.place, member.value.text, reason);
    is_good_ = false;
  }

  ConfigReader& reader_;
  const ConfigValue& value_;
  bool is_good_ = true;
};

void check_period(const LimitRule& rule, Checks& checks) {
  if (rule.unit == Unit::concurrency) {
    for (const std::string_view each : {"per", "burst", "timezone"})
      checks.not_with(each, "concurrency is no matter of time");
  } else {
    checks.needs("per", "the time in which the limit is to be had");
  }
  if (rule.period.is_calendar()) {
    checks.not_with("burst", "all of a calendar's limit can be had at once");
  } else if (rule.period.kind == Period::Kind::rolling) {
    checks.not_with("timezone", "only a day, week or month begins somewhere");
  }
}

bool is_reserved(Unit unit) { return unit >= Unit::tokens; }

// What a process has used in a day would be forgotten with it.
void check_calendar(const Item& item, Checks& checks) {
  if (item.rule.period.is_calendar() && !item.defaults.has_calendars)
    checks.not_with("per",
                    "a limit by the calendar needs LIMITS_URL, as it outlives a proxy; `24h` "
                    "is refilled steadily and does not");
}

void check_modes(const Item& item, Checks& checks) {
  if (!is_reserved(item.rule.unit))
    checks.not_with("reserve", "what one takes of this unit is known beforehand");
  if (item.on_outage == OnOutage::allowance && !item.rule.period.is_calendar())
    checks.not_with("on_outage", "only a day, week or month has an allowance");
}

// What the members mean together; nothing where they are wrong.
std::optional<LimitRule> finished(ConfigReader& reader, const ConfigValue& value, Item& item) {
  LimitRule& rule = item.rule;
  Checks checks(reader, value);
  check_period(rule, checks);
  check_modes(item, checks);
  check_calendar(item, checks);
  rule.limit = checks.units("limit", rule.unit, item.limit);
  rule.burst = checks.units("burst", rule.unit, item.burst.value_or(default_burst(item)));
  rule.on_outage = item.on_outage.value_or(on_outage_of(rule.period, item.defaults));
  if (rule.id.empty()) {
    rule.id = quota::word_of(rule.unit);
    if (const std::string per = to_text(rule.period); !per.empty()) rule.id += "-" + per;
    if (!is_id(rule.id)) checks.needs("id", "none can be made of unit and `per`");
  }
  if (!checks.is_good() || rule.limit <= 0 || rule.burst <= 0) return std::nullopt;
  return std::move(rule);
}

bool has_id(const std::vector<LimitRule>& rules, std::string_view id) {
  return std::any_of(rules.begin(), rules.end(), [id](const auto& each) { return each.id == id; });
}

}  // namespace

constinit const Form limit_form{.shape = Form::Shape::object,
                                .members = [] { return facts_of(std::span<const Row>(rows)); }};

constinit const TextForm tenant_form{"1 to 128 of visible ASCII without `*`, or `*` for all others",
                                     "^(\\*|[!-)+-~]{1,128})$", is_tenant};

std::vector<LimitRule> read_limits(ConfigReader& reader, const ConfigValue& value,
                                   const LimitDefaults& defaults) {
  std::vector<LimitRule> rules;
  for (std::size_t i = 0; i < value.items.size(); ++i) {
    const ConfigReader::Step step(reader, i);
    Item item{.defaults = defaults, .rule = {.reserve = defaults.reserve}};
    reader.object(value.items[i], std::span<const Row>(rows), item);
    auto rule = finished(reader, value.items[i], item);
    if (!rule) continue;
    if (has_id(rules, rule->id)) {
      reader.fault(value.items[i].place, "a rule before this one is called `" + rule->id + "` too");
    } else {
      rules.push_back(std::move(*rule));
    }
  }
  return rules;
}

Share read_share(const ConfigValue& value) {
  return Share(static_cast<std::uint32_t>(parse_decimal(value.text, decimal_places).value_or(0)));
}

OnOutage on_outage_of(const Period& period, const LimitDefaults& defaults) noexcept {
  return period.is_calendar() ? OnOutage::allowance : defaults.on_outage;
}

}  // namespace llmgw::quota
