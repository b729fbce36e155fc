// SPDX-License-Identifier: MIT
// BorrowerThread: a borrower on a thread of its own, so that whoever reads a long file keeps no
// lease from its end and no exchange from its units.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "common/async/loop.hpp"
#include "proxy/lease/borrower.hpp"

namespace llmgw::proxy {

/// Runs from the start on. Its methods pass on to its own thread, and are called from any, but for
/// what says otherwise; functions that it is given are called on its own.
class BorrowerThread {
 public:
  /// As Borrower.
  BorrowerThread(const HttpUrl& collector, std::size_t workers,
                 std::function<void(std::size_t)> look);
  ~BorrowerThread() { stop(); }
  BorrowerThread(const BorrowerThread&) = delete;
  BorrowerThread& operator=(const BorrowerThread&) = delete;

  void authorize(Secret value);
  void use(std::shared_ptr<const quota::RuleSet> rules, std::string policy);
  void take(std::size_t worker, UnitWaits::Changes changes);
  void looked();
  /// `forgotten`: nothing that was passed on before is about them any more.
  void forget(std::vector<const quota::Lent*> lents, std::function<void()> forgotten);
  void drain(std::function<void()> ended);
  void hurry();
  /// Ends the thread. From the one that made it.
  void stop();

  /// Any thread.
  const LeaseCounts& counts() const noexcept { return borrower_.counts(); }

 private:
  void tick();
  void tick_soon();

  Loop loop_;
  Borrower borrower_;
  bool is_slow_ = false;  // the next turn is not due soon
  Alarm turn_{loop_};
  std::thread thread_;
};

}  // namespace llmgw::proxy
