// SPDX-License-Identifier: MIT
// Node: a simulated proxy: exchanges come, take units, wait, are refused; its holders speak with
// the collector over a network that loses, repeats, delays and turns around.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>

#include "lease/holders.hpp"
#include "tests/lease_simulation/host.hpp"
#include "tests/lease_simulation/meter.hpp"

namespace llmgw::simulation {

struct Network {
  double lost = 0;
  double repeated = 0;
  double late = 0;       ///< 50 ms more than usual
  double very_late = 0;  ///< up to 3 s more
  double least_delay = 0.0002;
  double most_delay = 0.001;  ///< one way, seconds
};

/// What is counted of all proxies together.
struct Totals {
  Meter meter;  ///< of what was reserved and not given back: the bound is on that
  Meter real;   ///< of what was used
  Waits waits = {};
  std::uint64_t asked = 0;
  std::uint64_t admitted = 0;
  std::uint64_t refused = 0;
  std::uint64_t syncs = 0;
  Units debt = 0;    ///< used beyond what was reserved
  Units in_use = 0;  ///< by exchanges under way, of nodes that were not killed
};

/// One exchange: what it reserves, what it turns out to use, how long it takes.
struct Exchange {
  Units reserved = 1;
  Units used = 1;
  Duration length{0};
};

class Node {
 public:
  Node(World& world, Network& network, Host& host, Totals& totals, const lease::HolderTerms& terms,
       std::string name);

  void arrive(const Exchange& exchange);
  /// Killed: whatever it had, and was doing, is gone. A new one takes its place at once.
  void kill();
  void cut_off(Instant until) { cut_until_ = std::max(cut_until_, until); }
  bool is_cut_off() const { return world_.now() < cut_until_; }
  void drain();
  void set_host(Host& host) { host_ = &host; }

  /// Of the authority's, that it may spend.
  Units held() const {
    return std::max<Units>(0, process_->balance.units() - process_->holder->local());
  }
  Units in_use() const { return process_->in_use; }
  /// Whether it was out of touch for nearly a lease, and may have exchanges from then.
  bool has_old_slots() const { return world_.now() < old_slots_until_; }
  const lease::Holders& holders() const { return process_->holders; }

 private:
  struct Waiter {
    Exchange exchange;
    Instant since;
    std::uint64_t number;
  };
  // What a kill takes along.
  struct Process {
    Process(const std::string& name, const lease::HolderTerms& terms, Instant now);
    quota::Balance balance;
    lease::Holders holders;
    lease::Holder* holder;
    std::deque<Waiter> waiters;
    std::uint64_t last_waiter = 0;
    Instant send_at = Instant::max();  // that is planned
    Units in_use = 0;
    bool is_alive = true;
  };
  using Shared = std::shared_ptr<Process>;

  void start();
  void admit(const Exchange& exchange, Duration waited);
  void settle(const Shared& process, const Exchange& exchange);
  void look_at_waiters();
  void give_up(std::uint64_t number);
  void end_wait(std::size_t at);
  void tick(const Shared& process);
  void plan();
  void send();
  void deliver(const Shared& process, const std::string& body);
  void carry(std::function<void()> arrival);

  World& world_;
  Network& network_;
  Host* host_;
  Totals& totals_;
  lease::HolderTerms terms_;
  std::string name_;
  int starts_ = 0;
  Instant cut_until_{};
  Instant heard_at_{};
  Instant old_slots_until_{};
  Shared process_;
};

}  // namespace llmgw::simulation
