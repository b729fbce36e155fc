// SPDX-License-Identifier: MIT
// Connecting, words, sums, times, values, facts, and what was reconciled.
#include "collector/query/postgres_reader.hpp"

#include <algorithm>

#include "collector/query/parse.hpp"
#include "collector/query/postgres_texts.hpp"
#include "collector/query/sums_sql.hpp"
#include "collector/query/usage_count.hpp"
#include "collector/store/latency_bucket.hpp"

namespace llmgw::collector {
namespace {

namespace chrono = std::chrono;

constexpr std::size_t most_texts = 200'000;
constexpr chrono::milliseconds head_start{100};  // of the server's end over ours

// Where each class of times begins, but for the lowest, in microseconds.
std::vector<std::int64_t> class_begins() {
  constexpr std::int64_t longest = std::int64_t{1} << 51;
  std::vector<std::int64_t> begins;
  for (int bucket = latency_bucket(0) + 1; bucket <= latency_bucket(longest); ++bucket) {
    std::int64_t below = 0;
    std::int64_t from = longest;
    while (from - below > 1) {
      const std::int64_t middle = below + (from - below) / 2;
      (latency_bucket(middle) >= bucket ? from : below) = middle;
    }
    begins.push_back(from);
  }
  return begins;
}

// What the sums by time do not tell apart is asked of the events themselves.
std::string event_times_sql(const LatencyQuery& query, const RowFilter& filter) {
  const std::string column = query.is_ttft ? "ttft_us" : "latency_us";
  return "SELECT floor(extract(epoch FROM ts) / 3600)::bigint, provider, model, width_bucket(" +
         column +
         ", $5), count(*) FROM event WHERE event_id >= $1 AND event_id < $2 AND ts >= $3 AND ts < "
         "$4 AND " +
         column + " IS NOT NULL" + filter.events_sql() + " GROUP BY 1, 2, 3, 4";
}

WideInteger wide_integer(std::string_view digits) noexcept {
  WideInteger value = 0;
  for (const char each : digits)
    if (each >= '0' && each <= '9') value = value * 10 + (each - '0');
  return value;
}

std::vector<std::string> texts_of(const Rows& rows) {
  std::vector<std::string> texts;
  for (int i = 0; i < rows.size(); ++i) texts.emplace_back(rows.text(i, 0));
  return texts;
}

}  // namespace

Result<std::unique_ptr<Reader>> PostgresReader::open(const std::string& place,
                                                     const Config& config) {
  return std::unique_ptr<Reader>(new PostgresReader(postgres_server(place, config)));
}

std::string PostgresReader::begin_sql() const {
  const auto left = chrono::duration_cast<chrono::milliseconds>(
      deadline_ - chrono::steady_clock::now() - head_start);
  return collector::begin_sql(server_, "ISOLATION LEVEL REPEATABLE READ READ ONLY", left);
}

// What was known may be another server's.
Result<void> PostgresReader::connect() {
  texts_.clear();
  return open_tables(connection_, server_, !server_.url.is_any_session);
}

// All that is asked until the next one is of one moment. The server may have closed a connection
// that was idle.
Result<void> PostgresReader::begin() {
  fault_.clear();
  if (texts_.size() > most_texts) texts_.clear();
  connection_.roll_back();
  if (connection_.is_open()) {
    const auto begun = connection_.execute(begin_sql());
    if (begun) return {};
    connection_.close();
    if (begun.error() == errc::timed_out) return begun.error();
  }
  if (const auto connected = connect(); connected.has_error()) {
    connection_.close();
    return connected;
  }
  const auto begun = connection_.execute(begin_sql());
  if (begun.has_error()) return begun.error();
  return {};
}

// After a failure a transaction takes nothing more, so the first one is what counts.
Result<Rows> PostgresReader::ask(const std::string& sql, const SqlValues& parameters) {
  if (fault_) return fault_;
  auto rows = connection_.run(sql, parameters);
  if (rows.has_error()) fault_ = rows.error();
  return rows;
}

RowFilter::FindNumbers PostgresReader::find_numbers() {
  return [this](Column kind, const std::vector<std::string>& texts) {
    std::vector<std::string> wanted;
    for (const std::string& each : texts)
      wanted.push_back(storable(std::string_view(each).substr(0, longest_word)));
    SqlValues parameters;
    parameters.add(static_cast<std::int64_t>(kind)).add_array(wanted);
    const auto rows =
        ask("SELECT id FROM word WHERE kind = $1::int AND text = ANY($2)", parameters);
    std::vector<std::int64_t> numbers;
    for (int i = 0; rows && i < rows->size(); ++i) numbers.push_back(rows->integer(i, 0));
    return numbers;
  };
}

Result<void> PostgresReader::learn(const std::vector<std::int64_t>& numbers) {
  for (const std::int64_t each : numbers) texts_.emplace(each, std::string());
  SqlValues parameters;
  parameters.add_array(numbers);
  const auto rows = ask("SELECT id, text FROM word WHERE id = ANY($1::int[])", parameters);
  if (rows.has_error()) {
    texts_.clear();
    return rows.error();
  }
  for (int i = 0; i < rows->size(); ++i) texts_[rows->integer(i, 0)] = rows->text(i, 1);
  return {};
}

Result<UsageAnswer> PostgresReader::usage(const UsageQuery& query) {
  if (const auto begun = begin(); begun.has_error()) return begun.error();
  const auto find = find_numbers();
  const RowFilter filter(query.filter, find);
  const auto completed = find(Column::outcome, {std::string(name(Outcome::completed))});
  UsageCount count(query, completed.empty() ? -1 : completed.front());
  for (const SumsPart& part : parts_of(query)) {
    const auto rows = ask(sums_sql(part, filter));
    if (rows.has_error()) return rows.error();
    for (int i = 0; i < rows->size(); ++i) {
      UsageCount::CellOfSums cell;
      cell.hour = rows->integer(i, 0) * part.hours;
      cell.series = {rows->integer(i, 1), rows->integer(i, 2), rows->integer(i, 3),
                     rows->integer(i, 4), rows->integer(i, 5)};
      for (std::size_t j = 0; j < sum_count; ++j)
        cell.sums[j] = rows->integer(i, static_cast<int>(6 + j));
      if (!count.add(cell, most_groups)) return errc::body_too_large;
    }
  }
  return with_texts([&count](const Text& text) { return count.finish(most_rows, text); });
}

Result<std::vector<LatencyRow>> PostgresReader::latency(const LatencyQuery& query) {
  if (const auto begun = begin(); begun.has_error()) return begun.error();
  const RowFilter filter(query.filter, find_numbers());
  const bool is_of_events = needs_events(query.filter);
  static const std::vector<std::int64_t> begins = class_begins();
  SqlValues parameters;
  if (is_of_events)
    parameters.add_uuid(first_place(query.span.from - most_skew).view())
        .add_uuid(first_place(query.span.to + most_skew).view())
        .add_time(query.span.from)
        .add_time(query.span.to)
        .add_array(begins);
  const auto rows =
      ask(is_of_events ? event_times_sql(query, filter) : times_sql(query, filter), parameters);
  if (rows.has_error()) return rows.error();
  LatencyCount count(query);
  const int first_class = is_of_events ? latency_bucket(0) : 0;
  for (int i = 0; i < rows->size(); ++i) {
    const int bucket = first_class + static_cast<int>(rows->integer(i, 3));
    if (!count.add(rows->integer(i, 0), rows->integer(i, 1), rows->integer(i, 2), bucket,
                   rows->integer(i, 4)))
      return errc::body_too_large;
  }
  return with_texts([&count](const Text& text) { return count.finish(text); });
}

// Of a field's values the dictionary has all; which of them are a tenant's, only the days say.
Result<std::vector<std::string>> PostgresReader::values(const ValuesQuery& query) {
  if (const auto begun = begin(); begun.has_error()) return begun.error();
  std::string sql = "SELECT text FROM word WHERE kind = $1::int AND starts_with(text, $2)";
  if (query.visible_tenants) {
    Filter visible;
    visible.visible_tenants = query.visible_tenants;
    sql +=
        " AND id IN (" + visible_words_sql(query.field, RowFilter(visible, find_numbers())) + ")";
  }
  SqlValues parameters;
  parameters.add(static_cast<std::int64_t>(query.field))
      .add_text(storable(query.prefix))
      .add(static_cast<std::int64_t>(query.limit));
  const auto rows = ask(sql + " ORDER BY text COLLATE \"C\" LIMIT $3", parameters);
  if (rows.has_error()) return rows.error();
  return texts_of(*rows);
}

Result<std::vector<std::string>> PostgresReader::reconciliations(const ReconciliationQuery& query) {
  if (const auto begun = begin(); begun.has_error()) return begun.error();
  SqlValues parameters;
  parameters.add(query.from).add(query.to).add_text(storable(query.provider));
  parameters.add(static_cast<std::int64_t>(query.limit));
  const auto rows = ask(
      "SELECT report FROM reconciliation WHERE day >= $1 AND day < $2 AND ($3 = '' OR provider = "
      "$3) ORDER BY day DESC, provider COLLATE \"C\", scope COLLATE \"C\" LIMIT $4",
      parameters);
  if (rows.has_error()) return rows.error();
  return texts_of(*rows);
}

Result<StoreFacts> PostgresReader::facts() {
  if (const auto begun = begin(); begun.has_error()) return begun.error();
  SqlValues schema;
  schema.add_text(server_.url.schema);
  const auto sums = ask(
      "SELECT (SELECT max(number) FROM migration), (SELECT coalesce(sum(requests), 0)::text FROM "
      "usage_day), (SELECT value::bigint FROM meta WHERE key = 'floor'), (SELECT "
      "coalesce(sum(pg_total_relation_size(oid)), 0)::bigint FROM pg_class WHERE relkind = 'r' AND "
      "relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = $1))",
      schema);
  const auto oldest = ask("SELECT ts FROM event ORDER BY event_id LIMIT 1");
  const auto newest = ask("SELECT ts FROM event ORDER BY event_id DESC LIMIT 1");
  if (fault_) return fault_;
  StoreFacts facts;
  facts.engine = "postgresql";
  facts.keeps_reconciliations = true;
  facts.schema = sums->integer(0, 0);
  facts.requests = wide_integer(sums->text(0, 1));
  facts.floor = sums->integer(0, 2);
  facts.bytes = static_cast<std::uint64_t>(sums->integer(0, 3));
  if (oldest->size() > 0) facts.oldest = oldest->integer(0, 0);
  if (newest->size() > 0) facts.newest = newest->integer(0, 0);
  return facts;
}

}  // namespace llmgw::collector
