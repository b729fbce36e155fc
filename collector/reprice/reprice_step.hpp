// SPDX-License-Identifier: MIT
// PURE: RepriceStep: what a step of computing costs anew changes, in events and in sums.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collector/reprice/new_cost.hpp"
#include "collector/reprice/repricer.hpp"
#include "collector/reprice/stored_bill.hpp"
#include "collector/store/rollup.hpp"

namespace llmgw::collector {

/// An event that gets another cost, or table.
struct CostChange {
  std::string place;
  NewCost cost;
  std::string rest;
};

/// What is added to a cell of the sums.
struct SumsDelta {
  std::int64_t nano_usd = 0;
  std::int64_t unpriced = 0;
};
using SumsCell = std::pair<std::int64_t, Series>;  ///< of an hour or a day, since 1970
using SumsDeltas = std::map<SumsCell, SumsDelta>;

/// Used over and over: begin(), then look_at() for each event.
class RepriceStep {
 public:
  RepriceStep(RepriceQuery query, pricing::PricesPointer prices)
      : query_(std::move(query)), prices_(std::move(prices)) {}

  /// `price_id`: the number of the word for the table of prices.
  void begin(std::int64_t price_id);
  /// Those that are not asked for are passed over. Of a dry run nothing changes.
  void look_at(const StoredBill& bill, RepriceTally& tally);

  const std::vector<CostChange>& changes() const noexcept { return changes_; }
  const SumsDeltas& hours() const noexcept { return hours_; }
  const SumsDeltas& days() const noexcept { return days_; }

  const RepriceQuery& query() const noexcept { return query_; }
  const pricing::Prices& prices() const noexcept { return *prices_; }
  /// The table of prices, whole, as stores keep it.
  std::string prices_text() const;

 private:
  RepriceQuery query_;
  pricing::PricesPointer prices_;
  std::int64_t price_id_ = 0;
  std::vector<CostChange> changes_;
  SumsDeltas hours_, days_;
};

/// The same by the cells that a store has.
struct StoredDeltas {
  SumsDeltas hours, days;
};

/// Which cells of the sums by day there are, in their order.
using FindDays = std::function<Result<std::vector<bool>>(const std::vector<SumsCell>& cells)>;

/// Where a day had too many rows of sums the event is summed up under another one (SeriesLimit).
/// `others`: what stands for a word there; nothing where that has never been. Errors are those of
/// `find`.
Result<StoredDeltas> stored_deltas(const RepriceStep& step, const std::optional<Series>& others,
                                   const FindDays& find);

}  // namespace llmgw::collector
