// SPDX-License-Identifier: MIT
// Lender: the authority with its clocks and its ledger; what a request to it is answered.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "collector/lease/ledger.hpp"
#include "collector/pipeline/job_thread.hpp"
#include "common/async/alarm.hpp"
#include "common/async/loop.hpp"
#include "common/async/spawn.hpp"
#include "common/metrics/prometheus_text.hpp"
#include "quota/rule_set.hpp"

namespace llmgw::collector {

/// What has been done since the start. For /metrics.
struct LenderCounts {
  std::uint64_t answered = 0;
  std::uint64_t malformed = 0;
  std::uint64_t late = 0;      ///< requests that a newer one had overtaken
  std::uint64_t too_many = 0;  ///< of proxies that are one too many
  std::uint64_t unknown_rules = 0;
  std::uint64_t policy_mismatches = 0;  ///< requests of proxies with another configuration file
  std::uint64_t writes = 0;
  std::uint64_t failed_writes = 0;
  HistogramValue write_seconds{
      {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1}};
};

/// Answers that lend of a budget wait until that is on disk; those that wait at the same time are
/// written together. Belongs to its loop's thread; the disk has a thread of its own.
class Lender {
 public:
  /// `ledger`: null where there is none, and so no budget is lent. The loop outlives it.
  Lender(Loop& loop, const quota::LimitSettings& limits, std::string policy,
         std::unique_ptr<Ledger> ledger);
  ~Lender();
  Lender(const Lender&) = delete;
  Lender& operator=(const Lender&) = delete;

  /// What is written down is taken up. Before the first sync().
  Result<void> load();
  void start();
  /// Writes what there is still to be written. No sync() is unanswered.
  void stop();

  /// Other rules, from now on.
  void set_limits(const quota::LimitSettings& limits, std::string policy);

  struct Answer {
    int status = 200;
    std::string_view code = {};  ///< of an error
    std::string text = {};       ///< its message, or the answer
  };
  Task<Answer> sync(std::string body);

  const LenderCounts& counts() const noexcept { return counts_; }
  const lease::Authority& authority() const noexcept { return *authority_; }
  bool is_healthy() const noexcept { return healthy_; }

 private:
  static lease::Authority::Rules rules_of(std::shared_ptr<const quota::RuleSet> rules);
  Task<Result<void>> write();
  void write_next();
  void finish(const Result<void>& outcome, const std::vector<lease::LedgerChange>& changes);
  void look_after();
  void note(const lease::SyncRequest& request, const lease::SyncAnswer& answer);

  Loop& loop_;
  std::string policy_;
  std::unique_ptr<Ledger> ledger_;
  std::unique_ptr<lease::Authority> authority_;
  LenderCounts counts_;
  std::vector<OneShot<Result<void>>*> waiting_;  // they live in the coroutines of their requests
  std::vector<OneShot<Result<void>>*> round_;    // whose lots are being written
  std::chrono::steady_clock::time_point begun_at_;
  bool writing_ = false;
  bool healthy_ = true;
  std::size_t seconds_ = 0;
  Alarm alarm_;
  JobThread writer_;  // last: its jobs use all of the above
};

}  // namespace llmgw::collector
