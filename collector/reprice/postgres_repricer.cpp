// SPDX-License-Identifier: MIT
// A range of keys a step: read, computed, written, with the differences of the sums.
#include "collector/reprice/postgres_repricer.hpp"

#include <algorithm>
#include <array>

#include "collector/reprice/postgres_deltas.hpp"
#include "collector/sinks/postgres/word_numbers.hpp"
#include "collector/sinks/store_counts.hpp"
#include "collector/store/wall_clock.hpp"

namespace llmgw::collector {
namespace {

constexpr int most_tries = 3;

// Words that the row has as texts, too, behind its columns.
constexpr std::array text_words{BillColumn::tenant, BillColumn::provider,
                                BillColumn::model,  BillColumn::request_model,
                                BillColumn::target, BillColumn::service_tier};
constexpr std::array<std::string_view, text_words.size()> word_columns{
    "tenant", "provider", "model", "request_model", "target", "service_tier"};
constexpr int first_word = static_cast<int>(BillColumn::rest) + 1;

std::string select_sql() {
  std::string sql = "SELECT ";
  sql += bill_columns;
  for (const std::string_view each : word_columns)
    sql.append(", (SELECT text FROM word WHERE id = ").append(each).append(")");
  return sql + " FROM event WHERE event_id > $1 AND event_id < $2 ORDER BY event_id LIMIT $3";
}

// The bounds leave out the partitions of other days. A cost of -1 is none.
constexpr const char* update_sql =
    "UPDATE event SET cost_nano_usd = nullif(wanted.nano_usd, -1), price_id = $4::int, rest = "
    "wanted.rest FROM unnest($1, $2, $3) AS wanted(place, nano_usd, rest) WHERE event_id = "
    "wanted.place AND event_id >= $5 AND event_id <= $6";

/// One of those that select_sql() gives.
struct BillRow {
  const Rows& rows;
  int row;

  std::optional<std::int64_t> number(BillColumn column) const {
    const int at = static_cast<int>(column);
    return rows.is_null(row, at) ? std::nullopt : std::optional(rows.integer(row, at));
  }
  std::string word(BillColumn column) const {
    const auto at = std::find(text_words.begin(), text_words.end(), column) - text_words.begin();
    return std::string(rows.text(row, first_word + static_cast<int>(at)));
  }
  std::string_view bytes(BillColumn column) const {
    return rows.text(row, static_cast<int>(column));
  }
};

}  // namespace

Result<std::unique_ptr<Repricer>> PostgresRepricer::open(const std::string& place,
                                                         const Config& config, RepriceQuery query,
                                                         pricing::PricesPointer prices) {
  using Made = std::unique_ptr<PostgresRepricer>;
  PostgresServer server = postgres_server(place, config);
  Made made(new PostgresRepricer(std::move(server), std::move(query), std::move(prices)));
  if (const auto ready = made->prepare(); ready.has_error()) return ready.error();
  return std::unique_ptr<Repricer>(std::move(made));
}

PostgresRepricer::PostgresRepricer(PostgresServer server, RepriceQuery query,
                                   pricing::PricesPointer prices)
    : server_(std::move(server)), step_(std::move(query), std::move(prices)) {
  const Span& span = step_.query().span;
  const Place begin = first_place(span.from - most_skew);
  end_ = first_place(span.to + most_skew);
  next_ = begin.view();
}

Result<void> PostgresRepricer::prepare() {
  connection_.set_deadline(std::chrono::steady_clock::now() + server_.timeout);
  const bool is_dry = step_.query().is_dry;
  if (const auto opened = open_tables(connection_, server_, !is_dry); opened.has_error() || is_dry)
    return opened;
  WordNumbers words;
  const std::string id(step_.prices().id());
  if (const auto known = words.learn(connection_, server_, {{Column::price_id, id}});
      known.has_error())
    return known;
  price_id_ = words.find(Column::price_id, id).value_or(0);
  auto kept = keep_prices();
  connection_.roll_back();
  return kept;
}

// Every table that costs were ever computed by stays in the store, whole. It is there before the
// first event that names it.
Result<void> PostgresRepricer::keep_prices() {
  if (const auto begun = connection_.execute(begin_sql(server_)); begun.has_error())
    return begun.error();
  SqlValues values;
  values.add_text(step_.prices().id()).add_text(storable(step_.prices_text()));
  values.add_time(milliseconds_now());
  const auto kept = connection_.run(
      "INSERT INTO price(digest, text, since) VALUES($1, $2, $3) ON CONFLICT DO NOTHING", values);
  if (kept.has_error()) return kept.error();
  return connection_.commit();
}

Result<int> PostgresRepricer::step(RepriceTally& tally) {
  Result<int> is_more = 0;
  for (int i = 0; i < most_tries; ++i) {
    connection_.set_deadline(std::chrono::steady_clock::now() + server_.timeout);
    RepriceTally found;
    is_more = step_once(found);
    connection_.roll_back();
    if (is_more) {
      tally.add(found);
      next_ = last_;
      return is_more;
    }
    if (postgres_fault_kind(is_more.error()) != PostgresFault::conflict) break;
  }
  return is_more;
}

Result<int> PostgresRepricer::step_once(RepriceTally& tally) {
  if (const auto begun = begin(); begun.has_error()) return begun.error();
  const auto is_more = take(tally);
  if (is_more.has_error()) return is_more;
  if (const auto ended = connection_.commit(); ended.has_error()) return ended.error();
  return is_more;
}

// The lock on the table is that of a writer: no partition leaves meanwhile.
Result<void> PostgresRepricer::begin() {
  std::string sql = begin_sql(server_, step_.query().is_dry ? "READ ONLY" : "");
  if (!step_.query().is_dry)
    sql += "; SELECT pg_advisory_xact_lock(hashtextextended('llm-gateway reprice " +
           server_.url.schema + "', 0)); LOCK TABLE ONLY event IN ROW EXCLUSIVE MODE";
  const auto begun = connection_.execute(sql);
  if (begun.has_error()) return begun.error();
  return {};
}

Result<int> PostgresRepricer::take(RepriceTally& tally) {
  static const std::string sql = select_sql();
  SqlValues range;
  range.add_uuid(next_).add_uuid(end_.view()).add(events_a_step);
  const auto rows = connection_.run(sql, range);
  if (rows.has_error()) return rows.error();
  step_.begin(price_id_);
  last_ = next_;
  for (int i = 0; i < rows->size(); ++i) {
    const StoredBill bill = bill_of(BillRow{*rows, i});
    last_ = bill.place;
    step_.look_at(bill, tally);
  }
  if (!step_.changes().empty()) {
    if (const auto done = change_events(); done.has_error()) return done.error();
    if (const auto done = change_sums(); done.has_error()) return done.error();
  }
  return rows->size() == events_a_step ? 1 : 0;
}

Result<void> PostgresRepricer::change_events() {
  std::vector<std::string> places, rests;
  std::vector<std::int64_t> costs;
  for (const CostChange& each : step_.changes()) {
    places.push_back(each.place);
    costs.push_back(each.cost.nano_usd.value_or(-1));
    rests.push_back(storable(each.rest));
  }
  SqlValues values;
  values.add_uuids(places).add_array(costs).add_array(rests).add(price_id_);
  values.add_uuid(places.front()).add_uuid(places.back());
  const auto done = connection_.run(update_sql, values);
  if (done.has_error()) return done.error();
  return {};
}

// Hours of before USAGE_RETENTION are no longer there, and are not made anew.
Result<void> PostgresRepricer::change_sums() {
  const auto others = other_series(connection_);
  if (others.has_error()) return others.error();
  const auto deltas = stored_deltas(step_, *others, [this](const std::vector<SumsCell>& cells) {
    return find_days(connection_, cells);
  });
  if (deltas.has_error()) return deltas.error();
  return add_deltas(connection_, *deltas);
}

}  // namespace llmgw::collector
