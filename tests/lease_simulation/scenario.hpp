// SPDX-License-Identifier: MIT
// Scenario: demand, faults and the bound that has to hold, run once for a seed.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/lease_simulation/node.hpp"

namespace llmgw::simulation {

enum class Pattern : std::uint8_t { even, zipf, moving };

class Run;

struct Scenario {
  std::string name;
  std::size_t nodes = 1;
  Pattern pattern = Pattern::even;
  double demand = 3;   ///< times the limit
  double length = 70;  ///< seconds
  lease::HolderTerms terms = {};
  std::function<Exchange(Chance&)> exchange = [](Chance&) { return Exchange{}; };
  Units mean = 1;  ///< units of an exchange
  Network network = {};
  std::function<void(Run&)> faults = [](Run&) {};  ///< plans what goes wrong
  double bursts = 1;                               ///< of the bound, and rates
  double rates = 1;
  double more = 0;  ///< units beyond it
  bool is_bounded = true;
  double least_use = 0;     ///< of the limit
  double most_refused = 1;  ///< part of the exchanges
};

struct Outcome {
  double worst_minute = 0;  ///< in limits
  double use = 0;           ///< of the limit, after the first ten seconds
  double wait_p50 = 0;      ///< milliseconds
  double wait_p99 = 0;
  double syncs = 0;                 ///< an exchange
  double refused = 0;               ///< part of all
  double worst = 0;                 ///< of any window: units beyond rate times window, in bursts
  std::vector<std::string> faults;  ///< what should never be
};

/// The world of one scenario; one that is under way for who plans faults.
class Run {
 public:
  Run(const Scenario& scenario, std::uint64_t seed);

  Outcome finish();

  World& world() { return world_; }
  std::vector<std::unique_ptr<Node>>& nodes() { return nodes_; }
  Host& host() { return *host_; }
  /// A second authority by mistake, which half of the proxies take for the one.
  void add_host();
  Totals& totals() { return totals_; }
  /// Demand is that much from now on, times the limit.
  void set_demand(double demand) { demand_ = demand; }
  /// Every so many seconds, until the end.
  void every(double period, std::function<void()> what);
  void note(std::string fault);

 private:
  void arrive();
  std::size_t choose();
  void check();

  const Scenario& scenario_;
  World world_;
  Network network_;
  std::unique_ptr<Host> host_;
  std::unique_ptr<Host> second_;
  Totals totals_;
  std::vector<std::unique_ptr<Node>> nodes_;
  std::vector<double> weights_;  // sums, for Zipf
  Instant begin_;
  Instant end_;
  double rate_;  // units a second
  double demand_;
  Units at_ten_ = 0;
  std::uint64_t steps_ = 0;
  Outcome outcome_;
};

/// What a rule of these terms is to the authority.
lease::RuleTerms terms_for(const lease::HolderTerms& terms, double period_seconds);

}  // namespace llmgw::simulation
