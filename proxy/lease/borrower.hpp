// SPDX-License-Identifier: MIT
// Borrower: speaks with the collector that lends units of limits, for all workers of the process.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "common/async/alarm.hpp"
#include "common/http/client.hpp"
#include "common/secret.hpp"
#include "lease/holders.hpp"
#include "proxy/lease/lease_counts.hpp"
#include "proxy/lease/unit_waits.hpp"
#include "quota/rule_set.hpp"

namespace llmgw::proxy {

/// One request at a time, over one kept connection. Belongs to its loop's thread, and goes before
/// it when nothing is under way any more (drain()).
class Borrower {
 public:
  /// `look`: told a worker's number when its exchanges that wait are to look again; looked() is
  /// called when they have, and take() before that with those that wait no more.
  Borrower(Loop& loop, HttpUrl collector, std::size_t workers,
           std::function<void(std::size_t)> look);
  Borrower(const Borrower&) = delete;
  Borrower& operator=(const Borrower&) = delete;

  /// What later requests have as Authorization; empty: nothing.
  void authorize(Secret value) noexcept { authorization_ = std::move(value); }
  /// Goes by these rules from now on; `policy`: a hash of them.
  void use(std::shared_ptr<const quota::RuleSet> rules, std::string policy);
  /// Exchanges of a worker wait, or do not any more.
  void take(std::size_t worker, const UnitWaits::Changes& changes);
  void looked();
  /// To be called every 50 ms while is_busy(), and once a second else.
  void tick();
  bool is_busy() const noexcept { return holders_.is_busy(); }
  /// Nobody takes of this balance any more.
  void forget(const quota::Lent& lent);
  /// All is handed back; `ended` is called when the collector has been told, or does not answer.
  /// Nobody waits any more.
  void drain(std::function<void()> ended);
  /// Nothing is asked any more; a drain has ended then.
  void end();
  /// A drain lasts no longer than this from now on.
  void hurry();

  /// Any thread may read of them.
  const LeaseCounts& counts() const noexcept { return counts_; }
  lease::Contact contact() const noexcept { return holders_.contact(); }

  /// The longest that drain() takes, and the same in a hurry, or if the collector is away.
  static constexpr std::chrono::milliseconds drain_time{2'000};
  static constexpr std::chrono::milliseconds hurried_drain_time{500};

 private:
  /// A balance of which something was borrowed.
  struct Known {
    lease::Holder* holder = nullptr;
    quota::Lent* lent = nullptr;
  };

  lease::Holder* holder_of(quota::Lent& lent);
  const quota::LimitRule* rule_of(const quota::Lent& lent) const;
  void let_go(const quota::Lent& lent);
  void plan();
  Task<void> send();
  Task<SyncResult> ask();
  void note(SyncResult result);
  void note_contact();
  void look();
  void look(std::size_t worker);

  Loop& loop_;
  const HttpUrl collector_;
  const std::string path_;
  std::unique_ptr<TlsContext> tls_;
  http::Client client_;
  Secret authorization_;
  std::shared_ptr<const quota::RuleSet> rules_;
  lease::Holders holders_;
  std::unordered_map<std::string_view, Known> known_;  // by the names that they hold
  std::vector<std::size_t> waiting_;                   // exchanges of each worker
  const std::function<void(std::size_t)> look_;
  LeaseCounts counts_;
  std::string reason_;         // of the last failure
  bool is_told_away_ = false;  // in the log
  bool is_sending_ = false;
  std::size_t looking_ = 0;  // workers that have not looked yet
  bool is_hurried_ = false;
  bool is_ended_ = false;
  std::function<void()> ended_;  // while it drains
  Alarm alarm_;
  Alarm drain_limit_;
};

}  // namespace llmgw::proxy
