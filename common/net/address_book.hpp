// SPDX-License-Identifier: MIT
// AddressBook: the addresses of one host as one loop knows them.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "common/async/timer.hpp"
#include "common/error.hpp"
#include "common/net/connect.hpp"
#include "common/net/look_up.hpp"

namespace llmgw {

/// Looks a name up when it is first needed, and again behind the scenes when what is known is older
/// than `life`. One look-up at a time, whoever asks. Belongs to its loop's thread.
class AddressBook {
 public:
  /// `pause`: the least time between two look-ups.
  AddressBook(Loop& loop, std::string host, std::uint16_t port, LookUp::Ask ask = system_addresses,
              std::chrono::milliseconds pause = std::chrono::seconds(1));
  ~AddressBook();
  AddressBook(const AddressBook&) = delete;
  AddressBook& operator=(const AddressBook&) = delete;

  /// What is known, at once; only where nothing is, the look-up is waited for.
  /// errc::not_resolved, timed_out, cancelled.
  Task<Result<std::vector<Endpoint>>> get(std::chrono::milliseconds limit, ConnectAttempt* attempt);
  /// What the name stands for now: the addresses known do not answer. Asks no more often than
  /// `pause`.
  Task<Result<std::vector<Endpoint>>> get_anew(std::chrono::milliseconds limit,
                                               ConnectAttempt* attempt);
  /// Has the next get() begin a look-up.
  void doubt() noexcept { good_until_ = {}; }

  static constexpr std::chrono::seconds life{30};

 private:
  struct Waiter;
  void begin();
  void found(std::vector<Endpoint> addresses);
  Task<Result<std::vector<Endpoint>>> wait(std::chrono::milliseconds limit,
                                           ConnectAttempt* attempt);

  Loop& loop_;
  const std::string host_;
  const std::uint16_t port_;
  const LookUp::Ask ask_;
  const std::chrono::milliseconds pause_;
  bool is_literal_ = false;
  std::vector<Endpoint> known_;
  Deadline::Clock::time_point good_until_;
  Deadline::Clock::time_point asked_at_;
  std::optional<LookUp> look_up_;
  std::vector<Waiter*> waiters_;
};

}  // namespace llmgw
