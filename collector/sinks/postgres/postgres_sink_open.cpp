// SPDX-License-Identifier: MIT
// PostgresSink beside its writes: opening, upkeep, and what it tells of itself.
#include "collector/sinks/postgres/postgres_sink.hpp"

#include <algorithm>
#include <array>

#include "collector/postgres/partition.hpp"
#include "collector/sinks/postgres/postgres_retention.hpp"
#include "collector/sinks/postgres/rollup_upsert.hpp"
#include "collector/store/wall_clock.hpp"
#include "common/log/log.hpp"

namespace llmgw::collector {
namespace {

// A start without its server is one; a start with wrong settings is none.
bool may_pass(const boost::system::error_code& fault) noexcept {
  const PostgresFault kind = postgres_fault_kind(fault);
  return kind != PostgresFault::refused;
}

// Of the sums.
constexpr std::array word_kinds{Column::tenant, Column::app_key, Column::provider, Column::model,
                                Column::outcome};

constexpr std::int64_t most_counted = 100'000;  // rows of the default partition

}  // namespace

Result<Store> open_postgres(std::string_view place, const Config& config) {
  auto sink = PostgresSink::open(postgres_server(place, config), config);
  if (sink.has_error()) return sink.error();
  PostgresSink* const opened = sink->get();
  return Store{
      .sink = std::move(*sink),
      .maintain = [opened] { return opened->maintain(); },
      .add_metrics = [opened](std::vector<Metric>& metrics) { opened->add_metrics(metrics); },
  };
}

Result<std::unique_ptr<PostgresSink>> PostgresSink::open(PostgresServer server,
                                                         const Config& config) {
  std::unique_ptr<PostgresSink> sink(new PostgresSink(std::move(server), config));
  const auto ready = sink->session_.ensure(sink->deadline());
  sink->is_first_ = false;
  if (ready.has_error() && !may_pass(ready.error())) return ready.error();
  return sink;
}

PostgresSink::PostgresSink(PostgresServer server, const Config& config)
    : times_(retention_times(config)),
      sync_(config.store_sync),
      session_(std::move(server), config.store_migrate == StoreMigrate::automatic,
               [this](Connection& connection) { return prepare(connection); }),
      series_(config.store_max_series,
              [this](std::int64_t day) { return series_of(session_.connection(), day); }) {}

Connection::Deadline PostgresSink::deadline() const {
  return std::chrono::steady_clock::now() + session_.server().timeout;
}

// What was known may be another server's: one that has taken over may lack what the first one had.
Result<void> PostgresSink::prepare(Connection& connection) {
  words_.clear();
  series_.forget();
  server_start_.clear();
  const auto sync = connection.execute("SHOW synchronous_commit");
  if (sync.has_error()) return sync.error();
  if (is_first_ && sync_ == LogSync::batch && sync->text(0, 0) == "off")
    log::warn(
        "synchronous_commit is off at the store: a crash of its machine may lose what was "
        "answered 202");
  if (session_.may_change_tables()) make_partitions(connection);
  return connection.is_open() ? Result<void>() : Result<void>(postgres_fault(lost_state));
}

void PostgresSink::make_partitions(Connection& connection) {
  std::vector<std::string> left_out;
  const auto made = collector::make_partitions(connection, session_.server(),
                                               day_of(milliseconds_now()), left_out);
  if (made && left_out.empty()) {
    are_partitions_failing_ = false;
    return;
  }
  if (std::exchange(are_partitions_failing_, true)) return;
  log::warn("partitions of the store cannot be made; its default one takes their events",
            {{"reason", made ? "it has events of " + left_out.front() : made.error().message()}});
}

// What stands for the words of events that are summed up together. They have numbers from when they
// were first needed, which is seen too late for the write under way.
std::optional<Series> PostgresSink::others() {
  needs_others_ = true;
  if (!knows_others()) return std::nullopt;
  const auto of = [this](Column kind) { return words_.find(kind, "other").value_or(0); };
  return Series{of(Column::tenant), of(Column::app_key), of(Column::provider), of(Column::model),
                outcome_class(of(Column::outcome), 0)};
}

bool PostgresSink::knows_others() const {
  return std::all_of(word_kinds.begin(), word_kinds.end(),
                     [this](Column kind) { return words_.find(kind, "other").has_value(); });
}

Result<void> PostgresSink::learn_others() {
  if (!needs_others_ || knows_others()) return {};
  std::vector<Word> all;
  for (const Column kind : word_kinds) all.push_back({kind, "other"});
  return words_.learn(session_.connection(), session_.server(), all);
}

// A small transaction, which needs what every other does.
Result<void> PostgresSink::check() {
  if (const auto ready = session_.ensure(deadline()); ready.has_error()) return ready;
  const auto done = session_.connection().execute(
      begin_sql(session_.server()) +
      "; INSERT INTO meta(key, value) VALUES('checked', now()::text) ON CONFLICT (key) "
      "DO UPDATE SET value = excluded.value; COMMIT");
  if (!done.has_error()) return {};
  note_failure(done.error());
  return done.error();
}

bool PostgresSink::maintain() {
  if (session_.ensure(deadline()).has_error()) return false;
  if (session_.may_change_tables()) make_partitions(session_.connection());
  const auto removed =
      remove_old(session_.connection(), session_.server(), times_, milliseconds_now());
  if (removed.has_error()) {
    note_failure(removed.error());
    if (!std::exchange(is_removal_failing_, true))
      log::error("old events cannot be removed; tried again later",
                 {{"reason", removed.error().message()}});
    return false;
  }
  is_removal_failing_ = false;
  note_facts();
  return *removed != 0;
}

void PostgresSink::note_facts() {
  Connection& connection = session_.connection();
  const auto begun = connection.execute(begin_sql(session_.server(), "READ ONLY"));
  SqlValues schema;
  schema.add_text(session_.server().url.schema);
  SqlValues most;
  most.add(most_counted);
  Result<Rows> bytes = begun.has_error() ? begun.error() : Result<Rows>(Rows());
  if (bytes)
    bytes = connection.run(
        "SELECT coalesce(sum(pg_total_relation_size(oid)), 0)::bigint FROM pg_class WHERE relkind "
        "= 'r' AND relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = $1)",
        schema);
  Result<Rows> oldest = bytes.has_error() ? bytes.error() : Result<Rows>(Rows());
  if (oldest) oldest = connection.run("SELECT event_id FROM event ORDER BY event_id LIMIT 1");
  Result<Rows> unplaced = oldest.has_error() ? oldest.error() : Result<Rows>(Rows());
  if (unplaced)
    unplaced = connection.run("SELECT count(*) FROM (SELECT 1 FROM " +
                                  std::string(default_partition) + " LIMIT $1) AS found",
                              most);
  connection.roll_back();
  if (unplaced.has_error()) return;
  Place place;
  oldest->text(0, 0).copy(place.bytes.data(), place.bytes.size());
  counts_.note_bytes(static_cast<std::uint64_t>(bytes->integer(0, 0)));
  counts_.note_oldest(place.time());
  unplaced_.set(static_cast<std::uint64_t>(unplaced->integer(0, 0)));
}

void PostgresSink::add_metrics(std::vector<Metric>& metrics) const {
  using enum MetricKind;
  counts_.add_metrics(metrics);
  counts_.add_series_metrics(metrics);
  metrics.push_back({"llmgw_store_up",
                     "1 while there is a connection to the store.",
                     gauge,
                     {{{}, session_.is_up() ? 1.0 : 0.0}}});
  Metric faults{"llmgw_store_errors_total",
                "Transactions that failed, by what was in their way.",
                counter,
                {}};
  for (std::size_t i = 0; i < postgres_fault_kinds; ++i)
    faults.samples.push_back({{{"kind", std::string(name(static_cast<PostgresFault>(i)))}},
                              static_cast<double>(fault_counts_[i].value())});
  metrics.push_back(std::move(faults));
  metrics.push_back({"llmgw_store_unplaced_events",
                     "Events in the default partition, of which 100,000 are counted.",
                     gauge,
                     {{{}, static_cast<double>(unplaced_.value())}}});
}

}  // namespace llmgw::collector
