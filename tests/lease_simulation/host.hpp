// SPDX-License-Identifier: MIT
// Host: a simulated collector: the authority, a ledger on a disk that may be full, kills of it.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "lease/authority.hpp"
#include "tests/lease_simulation/world.hpp"

namespace llmgw::simulation {

class Host {
 public:
  /// `started`: how long it has been running.
  Host(World& world, lease::RuleTerms terms, Duration started);

  /// The answer; nothing where there is none.
  std::optional<std::string> receive(const std::string& body);
  /// Killed, and started again: what is on disk is all it knows.
  void restart();
  /// The part of writes that fail.
  void set_disk_faults(double part) { disk_faults_ = part; }
  /// What its clock shows beside the simulated time.
  void set_clock(std::chrono::milliseconds offset) { clock_ = offset; }
  lease::WallTime wall() const;

  const lease::Authority& authority() const { return *authority_; }

 private:
  bool write();
  std::unique_ptr<lease::Authority> make(Instant started) const;

  World& world_;
  lease::RuleTerms terms_;
  std::unique_ptr<lease::Authority> authority_;
  int starts_ = 0;
  double disk_faults_ = 0;
  std::chrono::milliseconds clock_{0};
  struct Stored {
    lease::BudgetRow budget;
    std::map<std::string, lease::LotRow> lots;
  };
  std::map<std::string, Stored> disk_;
};

}  // namespace llmgw::simulation
