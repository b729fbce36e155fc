// SPDX-License-Identifier: MIT
// A range of keys a step: read, computed, written, with the differences of the sums.
#include "collector/reprice/sqlite_repricer.hpp"

#include <filesystem>

#include "collector/sinks/sqlite/sqlite_file.hpp"
#include "pricing/price_text.hpp"

namespace llmgw::collector {
namespace {

/// The columns of select_sql, in its order.
enum At : int {
  event_id,
  ts,
  tenant,
  app_key,
  provider,
  model,
  request_model,
  target,
  service_tier,
  outcome,
  status_code,
  prompt_tokens,
  completion_tokens,
  total_tokens,
  cached_tokens,
  reasoning_tokens,
  cache_write_tokens,
  cost_nano_usd,
  price_id,
  rest
};

constexpr std::string_view select_sql =
    "SELECT event_id, ts, tenant, app_key, provider, model, request_model, target, service_tier, "
    "outcome, status_code, prompt_tokens, completion_tokens, total_tokens, cached_tokens, "
    "reasoning_tokens, cache_write_tokens, cost_nano_usd, price_id, rest FROM event "
    "WHERE event_id > ? AND event_id < ? ORDER BY event_id LIMIT ?";

constexpr std::string_view cells_sql =
    " SET cost_nano_usd = min(cost_nano_usd + ?, 9223372036854775807), unpriced = unpriced + ? "
    "WHERE tenant = ? AND app_key = ? AND provider = ? AND model = ? AND class = ? AND ";

std::optional<std::uint64_t> count_at(const Statement& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return static_cast<std::uint64_t>(row.integer(column));
}

void bind_series(Statement& statement, int parameter, const Series& series) noexcept {
  for (const std::int64_t each :
       {series.tenant, series.app_key, series.provider, series.model, series.outcome_class})
    statement.bind(parameter++, each);
}

std::int64_t milliseconds_now() {
  namespace chrono = std::chrono;
  const auto now = chrono::system_clock::now().time_since_epoch();
  return chrono::duration_cast<chrono::milliseconds>(now).count();
}

}  // namespace

Result<std::unique_ptr<Repricer>> SqliteRepricer::open(const std::string& path,
                                                       const Config& config, RepriceQuery query,
                                                       pricing::PricesPointer prices) {
  if (!std::filesystem::exists(path))
    return make_error_code(boost::system::errc::no_such_file_or_directory);
  auto database = open_for_writing(path, config.store_sync, config.store_max);
  if (database.has_error()) return database.error();
  const auto pending = pending_migrations(*database);
  if (pending.has_error()) return pending.error();
  if (!pending->empty()) return StoreFault::migration_needed;
  using Made = std::unique_ptr<SqliteRepricer>;
  Made made(new SqliteRepricer(std::move(*database), std::move(query), std::move(prices)));
  if (const auto ready = made->prepare(); ready.has_error()) return ready.error();
  return std::unique_ptr<Repricer>(std::move(made));
}

SqliteRepricer::SqliteRepricer(Database database, RepriceQuery query, pricing::PricesPointer prices)
    : database_(std::move(database)), query_(std::move(query)), prices_(std::move(prices)) {
  const Place begin = first_place(query_.span.from - most_skew);
  end_ = first_place(query_.span.to + most_skew);
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
      {&select_, std::string(select_sql)},
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
  if (const auto begun = database_.execute(query_.is_dry ? "BEGIN" : "BEGIN IMMEDIATE"); !begun)
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
  changes_.clear();
  hours_.clear();
  days_.clear();
  if (!query_.is_dry) {
    if (const auto kept = keep_prices(); kept.has_error()) return kept.error();
  }
  select_.bind_blob(1, next_);
  select_.bind_blob(2, end_.view());
  select_.bind(3, events_a_step);
  std::int64_t rows = 0;
  std::string last = next_;
  Result<int> row = select_.step();
  for (; row && *row != 0; row = select_.step()) {
    ++rows;
    last = select_.blob(event_id);
    look_at_row(tally);
  }
  select_.reset();
  if (row.has_error()) return row.error();
  next_ = last;
  if (!query_.is_dry) {
    if (const auto done = change_events(); done.has_error()) return done.error();
    if (const auto done = change_sums(); done.has_error()) return done.error();
  }
  return rows == events_a_step ? 1 : 0;
}

// Every table that costs were ever computed by stays in the store, whole.
Result<void> SqliteRepricer::keep_prices() {
  const auto number = words_.number(Column::price_id, prices_->id());
  if (number.has_error()) return number.error();
  price_id_ = *number;
  if (std::exchange(are_prices_kept_, true)) return {};
  pricing::PriceSettings settings;
  settings.prices.assign(prices_->all().begin(), prices_->all().end());
  settings.discounts.assign(prices_->discounts().begin(), prices_->discounts().end());
  const std::string text = pricing::canonical_text(settings);
  auto insert = database_.prepare(
      "INSERT INTO price(digest, text, since) VALUES(?, ?, ?) ON CONFLICT DO NOTHING");
  if (insert.has_error()) return insert.error();
  insert->bind_text(1, prices_->id());
  insert->bind_text(2, text);
  insert->bind(3, milliseconds_now());
  return insert->run();
}

// What was cut for a column, or did not fit it, is taken from the rest.
void SqliteRepricer::look_at_row(RepriceTally& tally) {
  const std::int64_t time = select_.integer(ts);
  if (time < query_.span.from || time >= query_.span.to) return;
  const std::string_view members = select_.is_null(rest) ? std::string_view() : select_.text(rest);
  const RestMembers beside(members);
  const auto text = [&](std::string_view name, int column) {
    return beside.text(name, texts_.text(select_.integer(column)));
  };
  const std::string names[] = {text("tenant", tenant), text("provider", provider),
                               text("model", model),   text("request_model", request_model),
                               text("target", target), text("service_tier", service_tier)};
  if (!asks_for(query_, names[1], names[2])) return;
  std::optional<std::int64_t> before;
  if (!select_.is_null(cost_nano_usd)) before = select_.integer(cost_nano_usd);
  if (query_.is_only_unpriced && before) return;
  const auto count = [&](std::string_view name, int column) {
    return beside.count(name, count_at(select_, column));
  };
  const BilledEvent event{
      .tenant = names[0],
      .provider = names[1],
      .model = names[2],
      .request_model = names[3],
      .target = names[4],
      .service_tier = names[5],
      .tokens = {.prompt = count("prompt_tokens", prompt_tokens),
                 .completion = count("completion_tokens", completion_tokens),
                 .total = count("total_tokens", total_tokens),
                 .cached = count("cached_tokens", cached_tokens),
                 .reasoning = count("reasoning_tokens", reasoning_tokens),
                 .cache_write = count("cache_write_tokens", cache_write_tokens),
                 .cache_write_1h = beside.count("cache_write_1h_tokens", std::nullopt)},
      .time = time};
  const NewCost after = new_cost_of(*prices_, event);
  tally.add(names[1], names[2], before, after.nano_usd);
  const bool is_same_table = !select_.is_null(price_id) && select_.integer(price_id) == price_id_;
  if (query_.is_dry || (is_same_table && before == after.nano_usd)) return;
  changes_.push_back(
      {std::string(select_.blob(event_id)), after, rest_with_cost(members, after.is_assumed)});
  const Series series{select_.integer(tenant), select_.integer(app_key), select_.integer(provider),
                      select_.integer(model),
                      outcome_class(select_.integer(outcome), select_.integer(status_code))};
  for (Delta* each : {&hours_[{hour_of(time), series}], &days_[{day_of(time), series}]}) {
    each->nano_usd += after.nano_usd.value_or(0) - before.value_or(0);
    each->unpriced += (after.nano_usd ? 0 : 1) - (before ? 0 : 1);
  }
}

Result<void> SqliteRepricer::change_events() {
  for (const Change& each : changes_) {
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
  if (const auto done = change_cells(update_hour_, hours_, true); done.has_error()) return done;
  return change_cells(update_day_, days_, false);
}

Result<void> SqliteRepricer::change_cells(Statement& update, const Cells& cells, bool is_by_hour) {
  constexpr std::int64_t hour_length = 3'600'000;
  for (const auto& [key, delta] : cells) {
    if (delta.nano_usd == 0 && delta.unpriced == 0) continue;
    const auto& [period, wanted] = key;
    const std::int64_t day = is_by_hour ? day_of(period * hour_length) : period;
    const auto series = stored_series(day, wanted);
    if (series.has_error()) return series.error();
    update.bind(1, delta.nano_usd);
    update.bind(2, delta.unpriced);
    bind_series(update, 3, *series);
    update.bind(8, period);
    if (const auto done = update.run(); done.has_error()) return done;
  }
  return {};
}

// Where a day had too many rows of sums the event is summed up under another one (SeriesLimit).
Result<Series> SqliteRepricer::stored_series(std::int64_t day, const Series& series) {
  Series reduced = series;
  const auto stands = has_series(day, series);
  if (stands.has_error()) return stands.error();
  const auto key = other(Column::app_key);
  if (*stands != 0 || !key) return series;
  reduced.app_key = *key;
  const auto stands_reduced = has_series(day, reduced);
  if (stands_reduced.has_error()) return stands_reduced.error();
  if (*stands_reduced != 0) return reduced;
  reduced.tenant = other(Column::tenant).value_or(0);
  reduced.provider = other(Column::provider).value_or(0);
  reduced.model = other(Column::model).value_or(0);
  reduced.outcome_class =
      outcome_class(other(Column::outcome).value_or(0), 0) + series.outcome_class % 8;
  return reduced;
}

Result<int> SqliteRepricer::has_series(std::int64_t day, const Series& series) {
  bind_series(has_day_, 1, series);
  has_day_.bind(6, day);
  const Result<int> row = has_day_.step();
  has_day_.reset();
  if (row.has_error()) return row.error();
  return *row != 0 ? 1 : 0;
}

std::optional<std::int64_t> SqliteRepricer::other(Column kind) {
  const auto numbers = texts_.numbers(kind, {"other"});
  return numbers.empty() ? std::nullopt : std::optional(numbers.front());
}

}  // namespace llmgw::collector
