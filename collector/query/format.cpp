// SPDX-License-Identifier: MIT
// Text out of answers.
#include "collector/query/format.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <utility>

#include "collector/query/object_text.hpp"
#include "collector/store/latency_bucket.hpp"
#include "common/json/escape.hpp"

namespace llmgw::collector {
namespace {

// As many digits as tell it from others nearby.
std::string number_text(double value, int digits) {
  char text[32];
  const auto [end, fault] =
      std::to_chars(text, text + sizeof text, value, std::chars_format::fixed, digits);
  return std::string(text, fault == std::errc() ? end : text);
}

std::string mean_milliseconds(WideInteger sum, WideInteger count) {
  if (count == 0) return "null";
  return number_text(static_cast<double>(sum) / static_cast<double>(count) / 1'000, 3);
}

constexpr std::array<std::string_view, 4> bucket_names{"none", "hour", "day", "month"};

std::string groups_json(std::span<const Dimension> groups) {
  std::string text = "[";
  for (const Dimension each : groups) {
    if (text.size() > 1) text += ',';
    append_json_string(name(each), text);
  }
  return text + "]";
}

// The figures of a row by their names, for JSON and CSV alike.
std::vector<std::pair<std::string_view, std::string>> figures(const WideSums& sums) {
  const WideInteger requests = sums.of(Sum::requests);
  const bool is_priced = requests > sums.of(Sum::unpriced);
  return {
      {"requests", decimal(requests)},
      {"errors", decimal(sums.errors)},
      {"prompt_tokens", decimal(sums.of(Sum::prompt_tokens))},
      {"completion_tokens", decimal(sums.of(Sum::completion_tokens))},
      {"cached_tokens", decimal(sums.of(Sum::cached_tokens))},
      {"cache_write_tokens", decimal(sums.of(Sum::cache_write_tokens))},
      {"reasoning_tokens", decimal(sums.of(Sum::reasoning_tokens))},
      {"no_usage_requests", decimal(sums.of(Sum::no_usage))},
      {"cost_micro_usd", is_priced ? decimal(micro_usd(sums.of(Sum::cost_nano_usd))) : "null"},
      {"unpriced_requests", decimal(sums.of(Sum::unpriced))},
      {"mean_latency_ms", mean_milliseconds(sums.of(Sum::latency_us), requests)},
      {"mean_ttft_ms", mean_milliseconds(sums.of(Sum::ttft_us), sums.of(Sum::ttft_n))},
      {"request_bytes", decimal(sums.of(Sum::request_bytes))},
      {"response_bytes", decimal(sums.of(Sum::response_bytes))},
  };
}

void append_figures(const WideSums& sums, ObjectText& object) {
  for (const auto& [name, value] : figures(sums)) object.json(name, value);
}

void append_span(const Span& span, ObjectText& object) {
  object.text("from", time_text(span.from));
  object.text("to", time_text(span.to));
}

// RFC 4180; formulas are made texts (a cell's content is the caller's choice).
void append_cell(std::string_view value, bool is_text, std::string& line) {
  const bool is_formula =
      is_text && !value.empty() && std::string_view("=+-@\t\r").find(value[0]) != value.npos;
  if (value.find_first_of(",\"\r\n") == value.npos) {
    line.append(is_formula ? "'" : "").append(value);
    return;
  }
  line += '"';
  if (is_formula) line += '\'';
  for (const char c : value) {
    if (c == '"') line += '"';
    line += c;
  }
  line += '"';
}

class CsvLine {
 public:
  void add(std::string_view value, bool is_text = true) {
    if (!std::exchange(is_first_, false)) line_ += ',';
    append_cell(value, is_text, line_);
  }
  std::string finish() { return line_ + "\r\n"; }

 private:
  std::string line_;
  bool is_first_ = true;
};

}  // namespace

void WideSums::add(const WideSums& more) noexcept {
  for (std::size_t i = 0; i < sum_count; ++i) values[i] += more.values[i];
  errors += more.errors;
}

WideInteger micro_usd(WideInteger nano_usd) noexcept {
  const WideInteger whole = nano_usd / 1'000;
  const auto rest = static_cast<int>(nano_usd % 1'000);
  return whole + (rest > 500 || (rest == 500 && whole % 2 != 0) ? 1 : 0);
}

std::string decimal(WideInteger number) {
  if (number < 0) return "-" + decimal(-number);
  std::string text;
  do {
    text += static_cast<char>('0' + static_cast<int>(number % 10));
    number /= 10;
  } while (number != 0);
  std::reverse(text.begin(), text.end());
  return text;
}

// Not by write_timestamp(), whose clock ends in 2262: an event may say any year.
std::string time_text(std::int64_t milliseconds) {
  namespace chrono = std::chrono;
  constexpr std::int64_t last = 253'402'300'799'999;  // of the year 9999
  const chrono::milliseconds shown(std::clamp<std::int64_t>(milliseconds, 0, last));
  const auto day = chrono::floor<chrono::days>(shown);
  const chrono::year_month_day date{chrono::sys_days(day)};
  const auto since_midnight = static_cast<int>((shown - day).count());
  char text[64];
  const int size = std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ",
                                 static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                                 static_cast<unsigned>(date.day()), since_midnight / 3'600'000,
                                 since_midnight / 60'000 % 60, since_midnight / 1'000 % 60,
                                 since_midnight % 1'000);
  return {text, static_cast<std::size_t>(size)};
}

std::string usage_row_json(const UsageQuery& query, const UsageRow& row) {
  ObjectText object;
  if (query.bucket != Bucket::none) object.text("bucket", row.bucket);
  for (std::size_t i = 0; i < query.group_by.size(); ++i)
    object.text(name(query.group_by[i]), row.is_rest ? "other" : row.groups[i]);
  if (row.is_rest) object.truth("rest", true);
  append_figures(row.sums, object);
  return object.finish();
}

std::string usage_json(const UsageQuery& query, const UsageAnswer& answer, std::int64_t now,
                       std::string_view next) {
  ObjectText object;
  append_span(query.span, object);
  object.text("bucket", bucket_names[static_cast<std::size_t>(query.bucket)]);
  object.json("group_by", groups_json(query.group_by));
  object.json("items", list_of(std::span<const UsageRow>(answer.rows),
                               [&](const UsageRow& row) { return usage_row_json(query, row); }));
  ObjectText totals;
  append_figures(answer.totals, totals);
  object.json("totals", totals.finish());
  object.text("complete_until", time_text(now));
  object.truth("truncated", answer.is_truncated);
  next.empty() ? object.json("next", "null") : object.text("next", next);
  return object.finish();
}

std::string latency_json(const LatencyQuery& query, std::span<const LatencyRow> rows,
                         std::int64_t now) {
  const auto row_json = [&query](const LatencyRow& row) {
    constexpr std::array<std::pair<std::string_view, double>, 4> shares{
        {{"p50_ms", 0.5}, {"p90_ms", 0.9}, {"p95_ms", 0.95}, {"p99_ms", 0.99}}};
    ObjectText object;
    if (query.bucket != Bucket::none) object.text("bucket", row.bucket);
    for (std::size_t i = 0; i < query.group_by.size(); ++i)
      object.text(name(query.group_by[i]), row.groups[i]);
    WideInteger count = 0;
    for (const auto& [bucket, each] : row.counts) count += each;
    object.number("n", count);
    for (const auto& [name, share] : shares)
      object.json(name, number_text(percentile(row.counts, share), 3));
    return object.finish();
  };
  ObjectText object;
  append_span(query.span, object);
  object.text("kind", query.is_ttft ? "ttft" : "latency");
  object.text("bucket", bucket_names[static_cast<std::size_t>(query.bucket)]);
  object.json("group_by", groups_json(query.group_by));
  object.json("items", list_of(rows, row_json));
  object.text("error", "\u00b110%");
  object.text("complete_until", time_text(now));
  return object.finish();
}

std::string event_json(const StoredEvent& event) {
  ObjectText object;
  for (const EventField& each : event.fields) {
    switch (each.kind) {
      case EventField::Kind::text: object.text(each.name, each.value); break;
      case EventField::Kind::json: object.json(each.name, each.value); break;
      case EventField::Kind::null: object.json(each.name, "null"); break;
    }
  }
  return object.finish();
}

std::string events_json(const EventsAnswer& answer, std::string_view next) {
  ObjectText object;
  object.json("items", list_of(std::span<const StoredEvent>(answer.events), event_json));
  next.empty() ? object.json("next", "null") : object.text("next", next);
  return object.finish();
}

std::string values_json(std::string_view field, std::span<const std::string> values) {
  ObjectText object;
  object.text("field", field);
  object.json("items", list_of(values, [](const std::string& value) {
                std::string text;
                append_json_string(value, text);
                return text;
              }));
  return object.finish();
}

std::string reconciliations_json(const ReconciliationQuery& query,
                                 std::span<const std::string> reports) {
  constexpr std::int64_t day_length = 86'400'000;
  ObjectText object;
  object.text("from", time_text(query.from * day_length));
  object.text("to", time_text(query.to * day_length));
  object.json("items", list_of(reports, [](const std::string& each) { return each; }));
  return object.finish();
}

std::string facts_json(const StoreFacts& facts) {
  const auto time = [](ObjectText& object, std::string_view name, std::int64_t milliseconds) {
    milliseconds == 0 ? object.json(name, "null") : object.text(name, time_text(milliseconds));
  };
  ObjectText object;
  object.text("engine", facts.engine);
  object.number("schema", facts.schema);
  object.number("bytes", static_cast<WideInteger>(facts.bytes));
  object.number("requests", facts.requests);
  time(object, "oldest_event", facts.oldest);
  time(object, "newest_event", facts.newest);
  time(object, "floor", facts.floor);
  object.truth("keeps_reconciliations", facts.keeps_reconciliations);
  return object.finish();
}

std::string usage_csv_head(const UsageQuery& query) {
  CsvLine line;
  if (query.bucket != Bucket::none) line.add("bucket");
  for (const Dimension each : query.group_by) line.add(name(each));
  for (const auto& [name, value] : figures({})) line.add(name);
  return line.finish();
}

std::string usage_csv_row(const UsageQuery& query, const UsageRow& row) {
  CsvLine line;
  if (query.bucket != Bucket::none) line.add(row.bucket);
  for (std::size_t i = 0; i < query.group_by.size(); ++i)
    line.add(row.is_rest ? "other" : std::string_view(row.groups[i]));
  for (const auto& [name, value] : figures(row.sums)) line.add(value == "null" ? "" : value, false);
  return line.finish();
}

std::string event_csv_head() {
  CsvLine line;
  for (const StoredField& each : stored_fields) line.add(each.field);
  return line.finish();
}

std::string event_csv_row(const StoredEvent& event) {
  CsvLine line;
  for (const StoredField& each : stored_fields) {
    const auto found =
        std::find_if(event.fields.begin(), event.fields.end(),
                     [&each](const EventField& field) { return field.name == each.field; });
    const bool is_there = found != event.fields.end() && found->kind != EventField::Kind::null;
    line.add(is_there ? std::string_view(found->value) : std::string_view(),
             is_there && found->kind == EventField::Kind::text);
  }
  return line.finish();
}

}  // namespace llmgw::collector
