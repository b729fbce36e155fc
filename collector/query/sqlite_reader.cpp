// SPDX-License-Identifier: MIT
// Sums, times, values and facts.
#include "collector/query/sqlite_reader.hpp"

#include "collector/query/parse.hpp"
#include "collector/query/row_filter.hpp"
#include "collector/query/sqlite_moment.hpp"
#include "collector/query/sums_sql.hpp"
#include "collector/query/usage_count.hpp"
#include "collector/sinks/place.hpp"
#include "collector/sinks/sqlite/sqlite_file.hpp"
#include "collector/store/latency_bucket.hpp"

namespace llmgw::collector {
namespace {

constexpr std::int64_t hour_length = 3'600'000;
Result<void> count_part(Database& database, const SumsPart& part, const RowFilter& filter,
                        UsageCount& count) {
  auto select = database.prepare(sums_sql(part, filter));
  if (select.has_error()) return select.error();
  for (;;) {
    const Result<int> row = select->step();
    if (row.has_error()) return row.error();
    if (*row == 0) return {};
    UsageCount::CellOfSums cell;
    cell.hour = select->integer(0) * part.hours;
    cell.series = {select->integer(1), select->integer(2), select->integer(3), select->integer(4),
                   select->integer(5)};
    for (std::size_t i = 0; i < sum_count; ++i)
      cell.sums[i] = select->integer(static_cast<int>(6 + i));
    if (!count.add(cell, Reader::most_groups)) return errc::body_too_large;
  }
}

// What the sums by time do not tell apart is asked of the events themselves.
std::string event_times_sql(const LatencyQuery& query, const RowFilter& filter) {
  const std::string column = query.is_ttft ? "ttft_us" : "latency_us";
  return "SELECT ts / 3600000, provider, model, latency_bucket(" + column +
         "), 1 FROM event WHERE ts / 3600000 >= ? AND ts / 3600000 < ? AND event_id >= ? AND "
         "event_id < ? AND " +
         column + " IS NOT NULL" + filter.events_sql();
}

}  // namespace

Result<std::unique_ptr<Reader>> SqliteReader::open(const std::string& path) {
  auto database = Database::open(path, Database::Mode::read_only);
  if (database.has_error()) return database.error();
  std::unique_ptr<SqliteReader> reader(new SqliteReader(path, std::move(*database)));
  if (const auto ready = reader->prepare(); ready.has_error()) return ready.error();
  return std::unique_ptr<Reader>(std::move(reader));
}

Result<void> SqliteReader::prepare() {
  Result<void> done = database_.execute("PRAGMA query_only = 1; PRAGMA cache_size = -16384");
  if (done)
    done = database_.add_function("latency_bucket", [](std::int64_t microseconds) {
      return std::int64_t{latency_bucket(microseconds)};
    });
  if (done.has_error()) return done;
  auto words = WordTable::open(database_);
  if (words.has_error()) return words.error();
  words_ = std::move(*words);
  auto placed = database_.prepare("SELECT id FROM placed WHERE event_id = ?");
  if (placed.has_error()) return placed.error();
  placed_ = std::move(*placed);
  return {};
}

Result<UsageAnswer> SqliteReader::usage(const UsageQuery& query) {
  const Moment moment(database_);
  const RowFilter filter(query.filter, find_numbers());
  const auto completed = words_.numbers(Column::outcome, {std::string(name(Outcome::completed))});
  UsageCount count(query, completed.empty() ? -1 : completed.front());
  for (const SumsPart& each : parts_of(query)) {
    if (const auto done = count_part(database_, each, filter, count); done.has_error())
      return done.error();
  }
  return count.finish(most_rows, [this](std::int64_t number) { return words_.text(number); });
}

Result<std::vector<LatencyRow>> SqliteReader::latency(const LatencyQuery& query) {
  const Moment moment(database_);
  const RowFilter filter(query.filter, find_numbers());
  const bool is_of_events = needs_events(query.filter);
  auto select =
      database_.prepare(is_of_events ? event_times_sql(query, filter) : times_sql(query, filter));
  if (select.has_error()) return select.error();
  const Place first = first_place(query.span.from - most_skew);
  const Place last = first_place(query.span.to + most_skew);
  if (is_of_events) {
    select->bind(1, query.span.from / hour_length);
    select->bind(2, query.span.to / hour_length);
    select->bind_blob(3, first.view());
    select->bind_blob(4, last.view());
  }
  LatencyCount count(query);
  for (;;) {
    const Result<int> row = select->step();
    if (row.has_error()) return row.error();
    if (*row == 0) break;
    if (!count.add(select->integer(0), select->integer(1), select->integer(2),
                   static_cast<int>(select->integer(3)), select->integer(4)))
      return errc::body_too_large;
  }
  return count.finish([this](std::int64_t number) { return words_.text(number); });
}

// Of a field's values the dictionary has all; which of them are a tenant's, only the days say.
Result<std::vector<std::string>> SqliteReader::values(const ValuesQuery& query) {
  const Moment moment(database_);
  std::string sql =
      "SELECT text FROM word WHERE kind = ? AND text >= ? AND substr(text, 1, length(?2)) = ?2";
  if (query.visible_tenants) {
    Filter visible;
    visible.visible_tenants = query.visible_tenants;
    sql +=
        " AND id IN (" + visible_words_sql(query.field, RowFilter(visible, find_numbers())) + ")";
  }
  auto select = database_.prepare(sql + " ORDER BY text LIMIT ?3");
  if (select.has_error()) return select.error();
  select->bind(1, static_cast<std::int64_t>(query.field));
  select->bind_text(2, query.prefix);
  select->bind(3, static_cast<std::int64_t>(query.limit));
  return texts_of(*select, query.limit);
}

Result<std::vector<std::string>> SqliteReader::texts_of(Statement& statement, std::size_t limit) {
  std::vector<std::string> texts;
  while (texts.size() < limit) {
    const Result<int> row = statement.step();
    if (row.has_error()) return row.error();
    if (*row == 0) break;
    texts.emplace_back(statement.text(0));
  }
  return texts;
}

Result<std::vector<std::string>> SqliteReader::reconciliations(const ReconciliationQuery& query) {
  const Moment moment(database_);
  auto select = database_.prepare(
      "SELECT report FROM reconciliation WHERE day >= ? AND day < ? AND (?3 = '' OR provider = ?3) "
      "ORDER BY day DESC, provider, scope LIMIT ?");
  if (select.has_error()) return select.error();
  select->bind(1, query.from);
  select->bind(2, query.to);
  select->bind_text(3, query.provider);
  select->bind(4, static_cast<std::int64_t>(query.limit));
  return texts_of(*select, query.limit);
}

Result<StoreFacts> SqliteReader::facts() {
  const Moment moment(database_);
  StoreFacts facts;
  facts.engine = "sqlite";
  facts.keeps_reconciliations = true;
  facts.bytes = bytes_of_store(path_);
  const auto schema = database_.integer("SELECT max(number) FROM migration");
  if (schema.has_error()) return schema.error();
  facts.schema = *schema;
  // Each day's sum fits; theirs is done here.
  auto days = database_.prepare("SELECT requests FROM usage_day");
  if (days.has_error()) return days.error();
  for (;;) {
    const Result<int> row = days->step();
    if (row.has_error()) return row.error();
    if (*row == 0) break;
    facts.requests += days->integer(0);
  }
  const auto floor = database_.integer("SELECT value FROM meta WHERE key = 'floor'");
  if (floor.has_error()) return floor.error();
  facts.floor = *floor;
  const std::pair<std::string_view, std::int64_t*> ends[] = {{"", &facts.oldest},
                                                             {" DESC", &facts.newest}};
  for (const auto& [order, time] : ends) {
    const auto found = database_.integer("SELECT ts FROM event ORDER BY event_id" +
                                         std::string(order) + " LIMIT 1");
    if (found.has_error()) return found.error();
    *time = *found;
  }
  return facts;
}

}  // namespace llmgw::collector
