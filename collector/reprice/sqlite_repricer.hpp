// SPDX-License-Identifier: MIT
// SqliteRepricer: costs of a SQLite store anew, beside the collector that writes to it.
#pragma once

#include <memory>

#include "collector/config.hpp"
#include "collector/query/word_table.hpp"
#include "collector/reprice/reprice_step.hpp"
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
  SqliteRepricer(Database database, RepriceQuery query, pricing::PricesPointer prices);

  Result<void> prepare();
  Result<void> keep_prices();
  Result<int> take(RepriceTally& tally);
  Result<void> change_events();
  Result<void> change_sums();
  Result<void> change_cells(Statement& update, const SumsDeltas& cells);
  Result<std::vector<bool>> find_days(const std::vector<SumsCell>& cells);
  std::optional<Series> others();
  std::optional<std::int64_t> other(Column kind);

  Database database_;  // above all that has statements
  RepriceStep step_;   // the one under way
  Words words_;
  WordTable texts_;
  Statement select_, update_event_, update_hour_, update_day_, has_day_;
  Place end_;
  std::string next_;           // the place behind which the next step begins
  std::int64_t price_id_ = 0;  // the word's number, within a step
  bool are_prices_kept_ = false;
};

}  // namespace llmgw::collector
