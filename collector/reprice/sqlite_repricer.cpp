// SPDX-License-Identifier: MIT
// A range of keys a step: read, computed, written, with the differences of the sums.
#include "collector/reprice/sqlite_repricer.hpp"

#include "collector/sinks/sqlite/sqlite_file.hpp"
#include "collector/sinks/store_counts.hpp"
#include "collector/store/wall_clock.hpp"

namespace llmgw::collector {
namespace {

constexpr std::string_view cells_sql =
    " SET cost_nano_usd = min(cost_nano_usd + ?, 9223372036854775807), unpriced = unpriced + ? "
    "WHERE tenant = ? AND app_key = ? AND provider = ? AND model = ? AND class = ? AND ";

/// The one that the statement stands at.
struct BillRow {
  const Statement& select;
  WordTable& texts;

  std::optional<std::int64_t> number(BillColumn column) const {
    const int at = static_cast<int>(column);
    return select.is_null(at) ? std::nullopt : std::optional(select.integer(at));
  }
  std::string word(BillColumn column) const {
    return std::string(texts.text(select.integer(static_cast<int>(column))));
  }
  std::string_view bytes(BillColumn column) const { return select.blob(static_cast<int>(column)); }
};

void bind_series(Statement& statement, int parameter, const Series& series) noexcept {
  for (const std::int64_t each :
       {series.tenant, series.app_key, series.provider, series.model, series.outcome_class})
    statement.bind(parameter++, each);
}

}  // namespace

Result<std::unique_ptr<Repricer>> SqliteRepricer::open(const std::string& path,
                                                       const Config& config, RepriceQuery query,
                                                       pricing::PricesPointer prices) {
  auto database = open_existing(path, config);
  if (database.has_error()) return database.error();
  using Made = std::unique_ptr<SqliteRepricer>;
  Made made(new SqliteRepricer(std::move(*database), std::move(query), std::move(prices)));
  if (const auto ready = made->prepare(); ready.has_error()) return ready.error();
  return std::unique_ptr<Repricer>(std::move(made));
}

SqliteRepricer::SqliteRepricer(Database database, RepriceQuery query, pricing::PricesPointer prices)
    : database_(std::move(database)), step_(std::move(query), std::move(prices)) {
  const Span& span = step_.query().span;
  const Place begin = first_place(span.from - most_skew);
  end_ = first_place(span.to + most_skew);
  next_ = begin.view();
}

Result<void> SqliteRepricer::prepare() {
  auto words = Words::open(database_);
  if (words.has_error()) return words.error();
  words_ = std::move(*words);
  auto texts = WordTable::open(database_);
  if (texts.has_error()) return texts.error();
  texts_ = std::move(*texts);
  const std::pair<Statement*, std::string> wanted[] = {
      {&select_, "SELECT " + std::string(bill_columns) +
                     " FROM event WHERE event_id > ? AND event_id < ? ORDER BY event_id LIMIT ?"},
      {&update_event_,
       "UPDATE event SET cost_nano_usd = ?, price_id = ?, rest = ? WHERE event_id = ?"},
      {&update_hour_, "UPDATE usage_hour" + std::string(cells_sql) + "hour = ?"},
      {&update_day_, "UPDATE usage_day" + std::string(cells_sql) + "day = ?"},
      {&has_day_,
       "SELECT 1 FROM usage_day WHERE tenant = ? AND app_key = ? AND provider = ? AND model = ? "
       "AND class = ? AND day = ?"}};
  for (const auto& [statement, sql] : wanted) {
    auto prepared = database_.prepare(sql);
    if (prepared.has_error()) return prepared.error();
    *statement = std::move(*prepared);
  }
  return {};
}

Result<int> SqliteRepricer::step(RepriceTally& tally) {
  const std::string begin = next_;
  RepriceTally found;
  Result<int> is_more = 1;
  if (const auto begun = database_.execute(step_.query().is_dry ? "BEGIN" : "BEGIN IMMEDIATE");
      !begun)
    return begun.error();
  is_more = take(found);
  if (is_more) {
    if (const auto done = database_.execute("COMMIT"); done.has_error()) is_more = done.error();
  }
  if (is_more.has_error()) {
    if (!database_.is_committed()) (void)database_.execute("ROLLBACK");
    words_.roll_back();
    next_ = begin;
    return is_more;
  }
  words_.commit();
  tally.add(found);
  return is_more;
}

// Rows are read to their end before one is changed.
Result<int> SqliteRepricer::take(RepriceTally& tally) {
  const bool is_dry = step_.query().is_dry;
  if (!is_dry) {
    if (const auto kept = keep_prices(); kept.has_error()) return kept.error();
  }
  step_.begin(price_id_);
  select_.bind_blob(1, next_);
  select_.bind_blob(2, end_.view());
  select_.bind(3, events_a_step);
  std::int64_t rows = 0;
  std::string last = next_;
  Result<int> row = select_.step();
  for (; row && *row != 0; row = select_.step()) {
    ++rows;
    const StoredBill bill = bill_of(BillRow{select_, texts_});
    last = bill.place;
    step_.look_at(bill, tally);
  }
  select_.reset();
  if (row.has_error()) return row.error();
  next_ = last;
  if (!is_dry) {
    if (const auto done = change_events(); done.has_error()) return done.error();
    if (const auto done = change_sums(); done.has_error()) return done.error();
  }
  return rows == events_a_step ? 1 : 0;
}

// Every table that costs were ever computed by stays in the store, whole.
Result<void> SqliteRepricer::keep_prices() {
  const auto number = words_.number(Column::price_id, step_.prices().id());
  if (number.has_error()) return number.error();
  price_id_ = *number;
  if (std::exchange(are_prices_kept_, true)) return {};
  const std::string text = step_.prices_text();
  auto insert = database_.prepare(
      "INSERT INTO price(digest, text, since) VALUES(?, ?, ?) ON CONFLICT DO NOTHING");
  if (insert.has_error()) return insert.error();
  insert->bind_text(1, step_.prices().id());
  insert->bind_text(2, text);
  insert->bind(3, milliseconds_now());
  return insert->run();
}

Result<void> SqliteRepricer::change_events() {
  for (const CostChange& each : step_.changes()) {
    if (each.cost.nano_usd) {
      update_event_.bind(1, *each.cost.nano_usd);
    } else {
      update_event_.bind_null(1);
    }
    update_event_.bind(2, price_id_);
    update_event_.bind_text(3, each.rest);
    update_event_.bind_blob(4, each.place);
    if (const auto done = update_event_.run(); done.has_error()) return done;
  }
  return {};
}

// Hours of before USAGE_RETENTION are no longer there, and are not made anew.
Result<void> SqliteRepricer::change_sums() {
  const auto deltas = stored_deltas(
      step_, others(), [this](const std::vector<SumsCell>& cells) { return find_days(cells); });
  if (deltas.has_error()) return deltas.error();
  if (const auto done = change_cells(update_hour_, deltas->hours); done.has_error()) return done;
  return change_cells(update_day_, deltas->days);
}

Result<void> SqliteRepricer::change_cells(Statement& update, const SumsDeltas& cells) {
  for (const auto& [cell, delta] : cells) {
    update.bind(1, delta.nano_usd);
    update.bind(2, delta.unpriced);
    bind_series(update, 3, cell.second);
    update.bind(8, cell.first);
    if (const auto done = update.run(); done.has_error()) return done;
  }
  return {};
}

Result<std::vector<bool>> SqliteRepricer::find_days(const std::vector<SumsCell>& cells) {
  std::vector<bool> are_there;
  for (const auto& [day, series] : cells) {
    bind_series(has_day_, 1, series);
    has_day_.bind(6, day);
    const Result<int> row = has_day_.step();
    has_day_.reset();
    if (row.has_error()) return row.error();
    are_there.push_back(*row != 0);
  }
  return are_there;
}

std::optional<Series> SqliteRepricer::others() {
  const auto key = other(Column::app_key);
  if (!key) return std::nullopt;
  const auto of = [this](Column kind) { return other(kind).value_or(0); };
  return Series{of(Column::tenant), *key, of(Column::provider), of(Column::model),
                outcome_class(of(Column::outcome), 0)};
}

std::optional<std::int64_t> SqliteRepricer::other(Column kind) {
  const auto numbers = texts_.numbers(kind, {"other"});
  return numbers.empty() ? std::nullopt : std::optional(numbers.front());
}

}  // namespace llmgw::collector
