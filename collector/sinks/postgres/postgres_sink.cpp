// SPDX-License-Identifier: MIT
// One transaction a write: rows into a stage, from there those that are new into the table, and
// what they add into the sums.
#include "collector/sinks/postgres/postgres_sink.hpp"

#include "collector/sinks/postgres/rollup_upsert.hpp"
#include "collector/store/wall_clock.hpp"

namespace llmgw::collector {
namespace {

// Of the version of the tables: a session of a pool may have been another collector's before.
const std::string stage = "llmgw_stage_1";

constexpr int most_tries = 3;

// The floor is read once what would move it has to wait for this transaction. Behind a pool the
// session may be another one each time, so the stage is asked for each time.
std::string begin_write_sql(const PostgresServer& server, LogSync sync) {
  return begin_sql(server) + (sync == LogSync::none ? "; SET LOCAL synchronous_commit = off" : "") +
         "; CREATE TEMP TABLE IF NOT EXISTS " + stage + "(" + EventStage::definition() +
         ") ON COMMIT DELETE ROWS; LOCK TABLE ONLY event IN ROW EXCLUSIVE MODE; "
         "SELECT coalesce((SELECT value FROM meta WHERE key = 'floor'), '0'), "
         "extract(epoch FROM pg_postmaster_start_time())::text || "
         "coalesce(inet_server_addr()::text, '')";
}

std::string insert_sql(bool has_placed) {
  const std::string from = " FROM pg_temp." + stage + " WHERE event_id >= $1";
  const std::string held =
      "WITH held AS (INSERT INTO placed(id, event_id) SELECT id, event_id" + from +
      " AND id IS NOT NULL ORDER BY id ON CONFLICT (id) DO NOTHING RETURNING event_id) ";
  return (has_placed ? held : "") + "INSERT INTO event(" + EventStage::event_columns() +
         ") SELECT " + EventStage::event_columns() + from +
         (has_placed ? " AND (id IS NULL OR event_id IN (SELECT event_id FROM held))" : "") +
         " ORDER BY event_id ON CONFLICT (event_id) DO NOTHING RETURNING event_id";
}

}  // namespace

Result<Stored> PostgresSink::write(std::span<const Batch* const> batches) {
  const auto deadline = this->deadline();
  Result<Stored> outcome = errc::timed_out;
  for (int i = 0; i < most_tries; ++i) {
    const auto ready = session_.ensure(deadline);
    outcome = ready ? write_once(batches) : Result<Stored>(ready.error());
    if (outcome) break;
    note_failure(outcome.error());
    if (!ready || !is_worth_another_try(postgres_fault_kind(outcome.error()))) break;
    if (std::chrono::steady_clock::now() > deadline) break;
  }
  if (outcome) {
    counts_.note(*outcome, ahead_);
    counts_.note_series(series_.size(), series_.reduced());
    if (!counts_.has_oldest() && outcome->fresh > 0) note_facts();
  }
  return outcome;
}

Result<Stored> PostgresSink::write_once(std::span<const Batch* const> batches) {
  now_ = milliseconds_now();
  ahead_ = 0;
  words_.bound();
  if (const auto known = learn_others(); known.has_error()) return known.error();
  if (const auto taken = stage_.take(batches, words_); taken.has_error()) return taken.error();
  if (const auto known = words_.learn(session_.connection(), session_.server(), stage_.missing());
      known.has_error())
    return known.error();
  if (!stage_.fill(words_)) return postgres_fault("40001");
  const auto begun = begin();
  if (begun.has_error()) return begun.error();
  if (begun->is_other_server) {
    words_.clear();
    return postgres_fault("40001");
  }
  auto stored = store(*begun);
  if (stored) show_fresh();
  return stored;
}

Result<PostgresSink::Begun> PostgresSink::begin() {
  const auto rows = session_.connection().execute(begin_write_sql(session_.server(), sync_));
  if (rows.has_error()) return rows.error();
  Begun begun{.floor = first_place(rows->integer(0, 0))};
  const std::string start(rows->text(0, 1));
  begun.is_other_server = !server_start_.empty() && server_start_ != start;
  server_start_ = start;
  return begun;
}

Result<Stored> PostgresSink::store(const Begun& begun) {
  Connection& connection = session_.connection();
  const auto copied = connection.copy(
      "COPY pg_temp." + stage + "(" + EventStage::columns() + ") FROM STDIN BINARY", stage_.rows());
  if (copied.has_error()) return copied.error();
  if (const auto found = find_fresh(begun.floor); found.has_error()) return found.error();
  Stored stored;
  if (const auto added = add_fresh(begun, stored); added.has_error()) return added.error();
  if (const auto ended = connection.commit(); ended.has_error()) return ended.error();
  series_.commit();
  return stored;
}

Result<void> PostgresSink::find_fresh(const Place& floor) {
  SqlValues parameters;
  parameters.add_uuid(floor.view());
  auto rows = session_.connection().run(insert_sql(stage_.has_placed()), parameters);
  if (rows.has_error()) return rows.error();
  fresh_.clear();
  fresh_rows_ = std::move(*rows);
  are_all_fresh_ = static_cast<std::size_t>(fresh_rows_.size()) == stage_.lines().size();
  for (int i = 0; !are_all_fresh_ && i < fresh_rows_.size(); ++i)
    fresh_.insert(fresh_rows_.text(i, 0));
  return {};
}

bool PostgresSink::is_fresh(const Place& place) const {
  return are_all_fresh_ || fresh_.contains(place.view());
}

Result<void> PostgresSink::add_fresh(const Begun& begun, Stored& stored) {
  rollup_.clear();
  stored.duplicates = stage_.repeated();
  for (const EventStage::Line& each : stage_.lines()) {
    if (is_fresh(each.place)) {
      if (const auto added = add_line(each, stored); added.has_error()) return added;
    } else if (each.place.view() < begun.floor.view()) {
      ++stored.too_old;
    } else {
      ++stored.duplicates;
    }
  }
  return add_to_sums(session_.connection(), rollup_);
}

Result<void> PostgresSink::add_line(const EventStage::Line& line, Stored& stored) {
  if (!reader_.read(line.text, row_)) return errc::malformed_message;
  ++stored.fresh;
  stored.bytes += line.text.size();
  if (line.place.time() > now_ + most_skew) ++ahead_;
  Series series{number(Column::tenant), number(Column::app_key), number(Column::provider),
                number(Column::model),
                outcome_class(number(Column::outcome), row_.number(Column::status_code))};
  const std::int64_t day = day_of(row_.number(Column::ts));
  if (const auto met = series_.meet(day); met.has_error()) return met;
  if (!series_.admits(day, series)) {
    const auto stand_in = others();
    if (!stand_in) return postgres_fault("40001");
    series = series_.reduce(day, series, *stand_in);
  }
  rollup_.add(row_, series);
  return {};
}

std::int64_t PostgresSink::number(Column kind) const {
  return words_.find(kind, row_[kind].text).value_or(0);
}

void PostgresSink::show_fresh() {
  if (tap() == nullptr) return;
  for (const EventStage::Line& each : stage_.lines())
    if (is_fresh(each.place) && reader_.read(each.text, row_)) tap()->show(row_, each.text);
}

void PostgresSink::note_failure(const boost::system::error_code& fault) {
  fault_counts_[static_cast<std::size_t>(postgres_fault_kind(fault))].add();
  session_.note(fault);
  series_.roll_back();
}

}  // namespace llmgw::collector
