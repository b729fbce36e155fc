// SPDX-License-Identifier: MIT
// Members of JSON, held against what was asked for.
#include "collector/reconcile/report_page.hpp"

#include "common/json/items.hpp"
#include "common/json/scalar.hpp"
#include "common/text/timestamp.hpp"
#include "pricing/date.hpp"

namespace llmgw::collector {
namespace {

using json_items::member_of;

constexpr std::int64_t seconds_a_day = 86'400;

// OpenAI has seconds since 1970 in `start_time`, Anthropic a time in `starting_at`.
std::optional<DayNumber> day_of_bucket(std::string_view bucket) {
  std::int64_t seconds = 0;
  if (const auto text = text_member(bucket, "starting_at")) {
    const auto time = parse_timestamp(*text);
    if (!time || time->time_since_epoch().count() % 1'000 != 0) return std::nullopt;
    seconds = time->time_since_epoch().count() / 1'000;
  } else {
    const std::string_view value = member_of(bucket, "start_time");
    const auto count = value.empty() ? std::nullopt : parse_count(value);
    if (!count) return std::nullopt;
    seconds = *count;
  }
  if (seconds % seconds_a_day != 0) return std::nullopt;
  return seconds / seconds_a_day;
}

}  // namespace

Told<NextPage> ReportPages::take(std::string_view body) {
  if (!json_items::is_json(body) || !json_items::is_kind(member_of(body, "data"), JsonKind::array))
    return ReportFault{"a page is no report, or was cut"};
  if (++pages_ > most_pages) return ReportFault{"there are more than 1,000 pages"};
  json_items::JsonElements buckets(member_of(body, "data"));
  for (std::string_view each; buckets.next(each);) {
    const auto taken = take_bucket(each);
    if (taken.has_error()) return taken.error();
  }
  const std::string_view more = member_of(body, "has_more");
  if (more != "true" && more != "false")
    return ReportFault{"a page does not say whether there are more"};
  if (more == "true") {
    auto next = text_member(body, "next_page");
    if (!next || next->empty())
      return ReportFault{"a page says that there are more, and not where"};
    if (!tokens_.insert(*next).second) return ReportFault{"a page leads back to one that was read"};
    return NextPage{std::move(*next)};
  }
  if (const auto missing = missing_day())
    return ReportFault{"the report ends early: " + day_text(*missing) + " is missing"};
  return NextPage{};
}

// One that comes again as it was is the same one; days are never cut between pages.
Told<bool> ReportPages::take_bucket(std::string_view bucket) {
  const auto day = day_of_bucket(bucket);
  if (!day) return ReportFault{"a bucket is not that of a day"};
  const std::string_view results = member_of(bucket, "results");
  if (!json_items::is_kind(results, JsonKind::array)) return ReportFault{"a bucket has no results"};
  if (*day < span_.from || *day >= span_.to) return false;
  const auto [found, is_new] = days_.emplace(*day, results);
  if (!is_new && found->second != results)
    return ReportFault{day_text(*day) + " is there twice, with different figures"};
  return is_new;
}

std::optional<DayNumber> ReportPages::missing_day() const {
  for (DayNumber day = span_.from; day < std::min(span_.to, settled_); ++day)
    if (!days_.contains(day)) return day;
  return std::nullopt;
}

std::string day_text(DayNumber day) {
  return pricing::format_day(pricing::Day(std::chrono::days(day)));
}

std::optional<std::string> text_member(std::string_view object, std::string_view name) {
  const auto inside = json_items::inside_of(member_of(object, name));
  return inside ? std::optional(json_items::decoded(*inside)) : std::nullopt;
}

std::optional<std::int64_t> count_member(std::string_view object, std::string_view name) {
  const std::string_view value = member_of(object, name);
  if (json_items::is_nothing(value)) return 0;
  return parse_count(value);
}

}  // namespace llmgw::collector
