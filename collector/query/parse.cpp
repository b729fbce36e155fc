// SPDX-License-Identifier: MIT
// Each question's parameters, their bounds, and the cursors.
#include "collector/query/parse.hpp"

#include <algorithm>
#include <charconv>

#include "common/system/sha256.hpp"

namespace llmgw::collector {
namespace {

constexpr std::int64_t hour = 3'600'000;
constexpr std::int64_t day = 24 * hour;
constexpr std::array<std::string_view, 4> buckets{"none", "hour", "day", "month"};
constexpr std::array<std::string_view, 3> orders{"requests", "tokens", "cost"};
constexpr std::array<std::string_view, 6> classes{"none", "1xx", "2xx", "3xx", "4xx", "5xx"};
constexpr std::size_t digest_size = 16;

std::int64_t floor_to(std::int64_t time, std::int64_t unit) noexcept {
  return time - ((time % unit) + unit) % unit;
}

Filter take_filter(Parameters& parameters, const QueryTerms& terms) {
  Filter filter;
  for (std::size_t i = 0; i < dimension_count; ++i)
    filter.values[i] = parameters.take_all(dimension_names[i]);
  const auto& asked = filter.of(Dimension::status_class);
  for (const std::string& each : asked)
    if (std::find(classes.begin(), classes.end(), each) == classes.end())
      parameters.fail("status_class", "must be none, 1xx, 2xx, 3xx, 4xx or 5xx");
  filter.visible_tenants = terms.visible_tenants;
  return filter;
}

Span take_span(Parameters& parameters, std::int64_t from, std::int64_t to) {
  const Span span{parameters.take_time("from").value_or(from),
                  parameters.take_time("to").value_or(to)};
  if (span.to <= span.from) parameters.fail("to", "must be later than from");
  return span;
}

// Sums are there by the hour.
Span take_hours(Parameters& parameters, const QueryTerms& terms) {
  const std::int64_t tomorrow = floor_to(terms.now, day) + day;
  Span span = take_span(parameters, tomorrow - 30 * day, tomorrow);
  span.from = floor_to(span.from, hour);
  span.to = floor_to(span.to + hour - 1, hour);
  return span;
}

Bucket take_bucket(Parameters& parameters, const Span& span) {
  const auto bucket = static_cast<Bucket>(parameters.take_word("bucket", buckets, 0));
  if (bucket == Bucket::hour && span.to - span.from > 92 * day)
    parameters.fail("bucket", "must be day or month for more than 92 days");
  if (bucket == Bucket::day && span.to - span.from > 3'700 * day)
    parameters.fail("bucket", "must be month for more than ten years");
  return bucket;
}

std::vector<Dimension> take_groups(Parameters& parameters,
                                   std::span<const std::string_view> accepted) {
  std::vector<Dimension> groups;
  for (const std::string& each : parameters.take_all("group_by", true)) {
    const auto* const found = std::find(dimension_names.begin(), dimension_names.end(), each);
    const bool is_good = std::find(accepted.begin(), accepted.end(), each) != accepted.end();
    if (found == dimension_names.end() || !is_good) {
      std::string list;
      for (const std::string_view name : accepted)
        list.append(list.empty() ? "" : ", ").append(name);
      parameters.fail("group_by", "must be of " + list);
      break;
    }
    const auto dimension = static_cast<Dimension>(found - dimension_names.begin());
    if (std::find(groups.begin(), groups.end(), dimension) != groups.end())
      parameters.fail("group_by", "names one twice");
    groups.push_back(dimension);
  }
  return groups;
}

void append_text(std::string_view text, std::string& out) {
  out.append(std::to_string(text.size())).append(":").append(text).append(",");
}

void append_filter(const Span& span, const Filter& filter, std::string& out) {
  out += std::to_string(span.from) + "-" + std::to_string(span.to) + ";";
  for (const auto& values : filter.values) {
    for (const std::string& each : values) append_text(each, out);
    out += ';';
  }
  if (!filter.visible_tenants) return;
  for (const std::string& each : *filter.visible_tenants) append_text(each, out);
}

std::string digest_of(const UsageQuery& query) {
  std::string text = "usage;";
  append_filter(query.span, query.filter, text);
  text += std::to_string(static_cast<int>(query.bucket)) +
          std::to_string(static_cast<int>(query.order));
  for (const Dimension each : query.group_by) text.append(name(each)).append(",");
  return sha256_hex(text).substr(0, digest_size);
}

// Of the end of the span nothing: where it is now, it moves on from page to page.
std::string digest_of(const EventsQuery& query) {
  std::string text = "events;";
  append_filter({query.span.from, 0}, query.filter, text);
  append_text(query.request_id, text);
  text += std::to_string(query.least_latency_us);
  return sha256_hex(text).substr(0, digest_size);
}

std::string hex_of(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    text += digits[static_cast<unsigned char>(c) >> 4];
    text += digits[static_cast<unsigned char>(c) & 15];
  }
  return text;
}

std::optional<std::string> bytes_of(std::string_view hex) {
  if (hex.size() % 2 != 0 || hex.find_first_not_of("0123456789abcdef") != hex.npos)
    return std::nullopt;
  std::string coded;
  for (std::size_t i = 0; i < hex.size(); i += 2) coded.append("%").append(hex.substr(i, 2));
  return decode_component(coded);
}

// What stands behind the digest, which has to be this question's.
std::optional<std::string> take_cursor(Parameters& parameters, const std::string& digest) {
  const auto cursor = parameters.take("cursor");
  if (!cursor) return std::nullopt;
  auto rest = cursor->starts_with(digest) ? bytes_of(cursor->substr(digest.size())) : std::nullopt;
  if (!rest || rest->empty())
    parameters.fail("cursor", "is not one that an answer to this question gave");
  return rest;
}

// Ids of the gateway's own making have the time at which they were made; the event comes within a
// day. For others there is no index.
void narrow_to_request(EventsQuery& query, Parameters& parameters) {
  if (query.request_id.empty()) return;
  if (const auto time = time_of_request(query.request_id)) {
    query.span.from = std::max(query.span.from, *time - hour);
    query.span.to = std::min(query.span.to, *time + day);
  } else if (query.span.to - query.span.from > 7 * day) {
    parameters.fail("request_id",
                    "needs from and to, at most 7 days apart, where it is not one of "
                    "the gateway's own");
  }
}

template <class T>
Parsed<T> outcome_of(Parameters& parameters, T query) {
  if (auto fault = parameters.fault()) return std::move(*fault);
  return query;
}

}  // namespace

bool needs_events(const Filter& filter) {
  return filter.visible_tenants || !filter.of(Dimension::tenant).empty() ||
         !filter.of(Dimension::app_key).empty() || !filter.of(Dimension::outcome).empty() ||
         !filter.of(Dimension::status_class).empty();
}

std::optional<std::int64_t> time_of_request(std::string_view id) {
  constexpr std::string_view mark = "req_";
  constexpr std::size_t digits = 32;
  if (id.size() != mark.size() + digits || !id.starts_with(mark)) return std::nullopt;
  id.remove_prefix(mark.size());
  if (id[12] != '7' || id.find_first_not_of("0123456789abcdef") != id.npos) return std::nullopt;
  std::int64_t time = 0;
  std::from_chars(id.data(), id.data() + 12, time, 16);
  return time;
}

bool asks_for_others(const Filter& filter) {
  if (!filter.visible_tenants) return false;
  const auto& visible = *filter.visible_tenants;
  const auto& asked = filter.of(Dimension::tenant);
  return std::any_of(asked.begin(), asked.end(), [&visible](const std::string& each) {
    return std::find(visible.begin(), visible.end(), each) == visible.end();
  });
}

std::string cursor_of(const UsageQuery& query, std::size_t offset) {
  return digest_of(query) + hex_of(std::to_string(offset));
}
std::string cursor_of(const EventsQuery& query, std::string_view place) {
  return digest_of(query) + hex_of(place);
}

Parsed<UsageQuery> parse_usage(Parameters& parameters, const QueryTerms& terms) {
  UsageQuery query;
  query.span = take_hours(parameters, terms);
  query.bucket = take_bucket(parameters, query.span);
  query.group_by = take_groups(parameters, dimension_names);
  query.filter = take_filter(parameters, terms);
  query.order = static_cast<Order>(parameters.take_word("order", orders, 0));
  query.limit = parameters.take_number("limit", 1'000, 1, 1'000);
  if (const auto rest = take_cursor(parameters, digest_of(query))) {
    Parameters offset("offset=" + *rest);
    query.offset = offset.take_number("offset", 0, 0, 10'000);
    if (offset.has_failed()) parameters.fail("cursor", "is not one that an answer gave");
  }
  return outcome_of(parameters, std::move(query));
}

Parsed<LatencyQuery> parse_latency(Parameters& parameters, const QueryTerms& terms) {
  constexpr std::array<std::string_view, 2> groups{"provider", "model"};
  constexpr std::array<std::string_view, 2> kinds{"latency", "ttft"};
  LatencyQuery query;
  query.span = take_hours(parameters, terms);
  query.bucket = take_bucket(parameters, query.span);
  query.group_by = take_groups(parameters, groups);
  query.filter = take_filter(parameters, terms);
  query.is_ttft = parameters.take_word("kind", kinds, 0) == 1;
  if (needs_events(query.filter) && query.span.to - query.span.from > 31 * day)
    parameters.fail("to",
                    "must be within 31 days of from where tenant, app_key, outcome or "
                    "status_class choose: their times are counted from single events");
  return outcome_of(parameters, std::move(query));
}

Parsed<EventsQuery> parse_events(Parameters& parameters, const QueryTerms& terms) {
  EventsQuery query;
  const std::int64_t for_ever = std::int64_t{1} << 47;
  query.span = take_span(parameters, 0, for_ever);
  query.filter = take_filter(parameters, terms);
  query.request_id = parameters.take("request_id").value_or("");
  narrow_to_request(query, parameters);
  query.least_latency_us = 1'000 * static_cast<std::int64_t>(parameters.take_number(
                                       "min_latency_ms", 0, 0, std::size_t{1} << 40));
  query.limit = parameters.take_number("limit", 100, 1, 1'000);
  constexpr std::size_t place_size = 16;
  if (auto rest = take_cursor(parameters, digest_of(query))) {
    if (rest->size() != place_size) parameters.fail("cursor", "is not one that an answer gave");
    query.before = std::move(*rest);
  }
  return outcome_of(parameters, std::move(query));
}

Parsed<Filter> parse_live(Parameters& parameters, const QueryTerms& terms) {
  Filter filter = take_filter(parameters, terms);
  return outcome_of(parameters, std::move(filter));
}

Parsed<UsageQuery> parse_prices(Parameters& parameters, const QueryTerms& terms) {
  UsageQuery query;
  query.span = take_hours(parameters, terms);
  query.group_by = {Dimension::provider, Dimension::model};
  query.filter.visible_tenants = terms.visible_tenants;
  query.limit = 10'000;
  return outcome_of(parameters, std::move(query));
}

Parsed<ReconciliationQuery> parse_reconciliation(Parameters& parameters, const QueryTerms& terms) {
  constexpr std::array<std::string_view, 3> providers{"", "openai", "anthropic"};
  ReconciliationQuery query;
  const Span span = take_span(parameters, terms.now - 90 * day, terms.now);
  query.from = span.from / day;
  query.to = (span.to + day - 1) / day;
  query.provider = providers[parameters.take_word("provider", providers, 0)];
  return outcome_of(parameters, std::move(query));
}

Parsed<ValuesQuery> parse_values(Parameters& parameters, const QueryTerms& terms) {
  ValuesQuery query;
  std::vector<std::string_view> fields;
  std::vector<Column> columns;
  for (std::size_t i = 0; i < column_count; ++i) {
    if (stored_fields[i].shape != Shape::word) continue;
    fields.push_back(stored_fields[i].field);
    columns.push_back(static_cast<Column>(i));
  }
  query.field = columns[parameters.take_word("field", fields, 0)];
  query.prefix = parameters.take("prefix").value_or("");
  query.limit = parameters.take_number("limit", 100, 1, 1'000);
  query.visible_tenants = terms.visible_tenants;
  const bool is_summed = query.field <= Column::model && query.field != Column::request_id;
  if (query.visible_tenants && !is_summed && query.field != Column::outcome)
    parameters.fail("field", "must be tenant, app_key, provider, model or outcome for this token");
  return outcome_of(parameters, std::move(query));
}

}  // namespace llmgw::collector
