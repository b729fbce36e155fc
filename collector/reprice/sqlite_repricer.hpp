// SPDX-License-Identifier: MIT
// SqliteRepricer: costs of a SQLite store anew, beside the collector that writes to it.
#pragma once

#include <array>
#include <map>
#include <memory>

#include "collector/config.hpp"
#include "collector/query/word_table.hpp"
#include "collector/reprice/new_cost.hpp"
#include "collector/reprice/repricer.hpp"
#include "collector/sinks/place.hpp"
#include "collector/sinks/sqlite/words.hpp"
#include "collector/sqlite/database.hpp"

namespace llmgw::collector {

/// Needs no lock of the store: each step is a transaction that reads and writes, so nothing comes
/// between; whoever writes meanwhile waits for one step.
class SqliteRepricer final : public Repricer {
 public:
  /// Events that a step looks at: some milliseconds, in which nothing else can be stored.
  static constexpr std::int64_t events_a_step = 1'000;

  /// A store that is there and has the tables of this program.
  static Result<std::unique_ptr<Repricer>> open(const std::string& path, const Config& config,
                                                RepriceQuery query, pricing::PricesPointer prices);

  Result<int> step(RepriceTally& tally) override;

 private:
  /// What is added to a cell of the sums.
  struct Delta {
    std::int64_t nano_usd = 0;
    std::int64_t unpriced = 0;
  };
  using Cells = std::map<std::pair<std::int64_t, Series>, Delta>;
  /// An event that gets another cost, or table.
  struct Change {
    std::string place;
    NewCost cost;
    std::string rest;
  };

  SqliteRepricer(Database database, RepriceQuery query, pricing::PricesPointer prices);

  Result<void> prepare();
  Result<void> keep_prices();
  Result<int> take(RepriceTally& tally);
  void look_at_row(RepriceTally& tally);
  Result<void> change_events();
  Result<void> change_sums();
  Result<void> change_cells(Statement& update, const Cells& cells, bool is_by_hour);
  Result<Series> stored_series(std::int64_t day, const Series& series);
  Result<int> has_series(std::int64_t day, const Series& series);
  std::optional<std::int64_t> other(Column kind);

  Database database_;  // above all that has statements
  RepriceQuery query_;
  pricing::PricesPointer prices_;
  Words words_;
  WordTable texts_;
  Statement select_, update_event_, update_hour_, update_day_, has_day_;
  Place end_;
  std::string next_;           // the place behind which the next step begins
  std::int64_t price_id_ = 0;  // the word's number, within a step
  bool are_prices_kept_ = false;
  std::vector<Change> changes_;  // of the step under way, as the rest
  Cells hours_, days_;
};

}  // namespace llmgw::collector
