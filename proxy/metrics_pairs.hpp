// SPDX-License-Identifier: MIT
// Series by tenant and model, out of the tables of all workers.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "common/metrics/prometheus_text.hpp"
#include "proxy/api/pair_table.hpp"

namespace llmgw::proxy {

/// Keeps the sums of at most as many pairs as one table holds, though each worker may meet others.
/// Where there is no room for a new one, the pair of which nothing was counted for longest is
/// forgotten, and its series ends. What was counted of it stays counted there, as rates and
/// increases over the past see it: `other` is for what never had a series, so that nothing is in
/// two. No series ever falls; one that was forgotten begins at zero again. Belongs to the thread
/// that answers scrapes.
template <std::size_t kinds>
class PairSeries {
 public:
  using Amounts = typename PairTable<kinds>::Amounts;

  /// Takes over what was counted since the last time, and calls `visit(tenant, model, sums)` for
  /// each series as it stands.
  template <class Table, class Visit>
  void take_over(const std::vector<const Table*>& tables, Visit visit) {
    ++scrape_;
    std::map<Pair, Amounts> unknown;
    for (const Table* table : tables) note(*table, unknown);
    give_series(unknown);
    for (const auto& [pair, series] : series_) visit(pair.first, pair.second, series.sums);
    visit(other, other, others_);
  }

 private:
  using Pair = std::pair<std::string, std::string>;
  struct Series {
    Amounts sums{};
    std::uint64_t counted_at = 0;  // the number of the scrape
  };

  inline static const std::string other = "other";

  static void add_to(Amounts& sums, const Amounts& amounts) {
    for (std::size_t i = 0; i < kinds; ++i) sums[i] += amounts[i];
  }

  // Labels are cleaned first, as two names may become one by that.
  void note(const PairTable<kinds>& table, std::map<Pair, Amounts>& unknown) {
    const auto add = [&](std::string_view tenant, std::string_view model, const Amounts& amounts) {
      const Pair pair(clean_label(tenant), model.empty() ? "unknown" : clean_label(model));
      // A tenant may call itself so; two series of the same labels would be one too many.
      if (pair == Pair(other, other)) return add_to(others_, amounts);
      const auto found = series_.find(pair);
      if (found == series_.end()) return add_to(unknown[pair], amounts);
      found->second.counted_at = scrape_;
      add_to(found->second.sums, amounts);
    };
    add_to(others_, table.take(add));
  }

  void give_series(std::map<Pair, Amounts>& unknown) {
    using Place = typename std::map<Pair, Series>::iterator;
    std::vector<Place> unused;  // the one to be forgotten first is the last
    if (series_.size() + unknown.size() > most_pairs) {
      for (Place each = series_.begin(); each != series_.end(); ++each)
        if (each->second.counted_at != scrape_) unused.push_back(each);
      std::sort(unused.begin(), unused.end(),
                [](Place a, Place b) { return a->second.counted_at > b->second.counted_at; });
    }
    for (auto& [pair, amounts] : unknown) {
      if (series_.size() == most_pairs && !unused.empty()) {
        series_.erase(unused.back());
        unused.pop_back();
      }
      if (series_.size() == most_pairs) {
        add_to(others_, amounts);
      } else {
        series_.emplace(pair, Series{amounts, scrape_});
      }
    }
  }

  std::map<Pair, Series> series_;
  Amounts others_{};
  std::uint64_t scrape_ = 0;
};

}  // namespace llmgw::proxy
