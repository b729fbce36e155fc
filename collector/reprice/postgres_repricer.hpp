// SPDX-License-Identifier: MIT
// PostgresRepricer: costs of a PostgreSQL store anew, beside the collectors that write to it.
#pragma once

#include <memory>
#include <string>

#include "collector/config.hpp"
#include "collector/postgres/connection.hpp"
#include "collector/reprice/reprice_step.hpp"
#include "collector/sinks/place.hpp"

namespace llmgw::collector {

/// Each step is a transaction. Repricers take turns by a lock of their own, so between the look at
/// an event and its change nobody else changes it: writers only ever add events, and what removes
/// them waits. Sums are locked in the order of all writers.
class PostgresRepricer final : public Repricer {
 public:
  /// Events that a step looks at.
  static constexpr std::int64_t events_a_step = 1'000;

  /// A store that has the tables of this program. `place`: what stands behind the scheme of a URL
  /// that was accepted.
  static Result<std::unique_ptr<Repricer>> open(const std::string& place, const Config& config,
                                                RepriceQuery query, pricing::PricesPointer prices);

  /// As long as the server's timeout, and thrice where others are in its way.
  Result<int> step(RepriceTally& tally) override;

 private:
  PostgresRepricer(PostgresServer server, RepriceQuery query, pricing::PricesPointer prices);

  Result<void> prepare();
  Result<void> keep_prices();
  Result<int> step_once(RepriceTally& tally);
  Result<void> begin();
  Result<int> take(RepriceTally& tally);
  Result<void> change_events();
  Result<void> change_sums();

  PostgresServer server_;
  Connection connection_;
  RepriceStep step_;  // the one under way
  Place end_;
  std::string next_;           // the place behind which the next step begins
  std::string last_;           // the same, once the step under way is stored
  std::int64_t price_id_ = 0;  // the word's number
};

}  // namespace llmgw::collector
