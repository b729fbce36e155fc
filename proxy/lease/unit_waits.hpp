// SPDX-License-Identifier: MIT
// UnitWaits: the exchanges of one worker that wait for units which a collector has to lend.
#pragma once

#include <boost/intrusive/list.hpp>
#include <boost/intrusive/set.hpp>
#include <functional>
#include <unordered_map>
#include <vector>

#include "common/async/alarm.hpp"
#include "common/async/loop.hpp"
#include "common/async/runnable.hpp"
#include "common/async/spawn.hpp"
#include "quota/lent.hpp"

namespace llmgw::proxy {

/// How an exchange began to wait, or waits no more.
struct UnitWaitChange {
  quota::Lent* lent = nullptr;
  quota::Units units = 0;  ///< less than 0: it waits for them no more
};

/// How a wait has ended.
enum class UnitWaitEnd : std::uint8_t {
  look,       ///< there may be units, or nothing to wait for any more
  late,       ///< it has waited for as long as it may, or may not
  cancelled,  ///< whoever waited has gone
};

using UnitWaitOrder =
    boost::intrusive::set_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;
using UnitWaitTurn =
    boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

/// One that waits; lives in its coroutine.
class UnitWait : public UnitWaitOrder, public UnitWaitTurn {
 public:
  using Clock = std::chrono::steady_clock;

  /// Until then at the latest.
  explicit UnitWait(Clock::time_point until) noexcept : until_(until) {}

  friend bool operator<(const UnitWait& one, const UnitWait& other) noexcept {
    return one.until_ < other.until_;
  }

 private:
  friend class UnitWaits;
  const Clock::time_point until_;
  quota::Lent* lent_ = nullptr;
  quota::Units units_ = 0;
  UnitWaitEnd end_ = UnitWaitEnd::look;
  OneShot<UnitWaitEnd>* done_ = nullptr;  // null: it does not wait
  std::uint64_t told_in_ = 0;             // which telling it is told with
};

/// Belongs to its loop's thread, and goes before it. Who waits first is looked at first.
class UnitWaits final : private Runnable {
 public:
  using Changes = std::vector<UnitWaitChange>;

  /// `most`: that wait at a time. `tell`: of what has changed, once a turn of the loop.
  UnitWaits(Loop& loop, std::size_t most, std::function<void(Changes)> tell)
      : loop_(loop), most_(most), tell_(std::move(tell)), alarm_(loop) {}

  /// Until there may be so many units.
  Task<UnitWaitEnd> wait(UnitWait& wait, quota::Lent& lent, quota::Units units);
  /// Whoever waits goes on in the loop's next turn.
  void cancel(UnitWait& wait) noexcept;
  /// Forgets it: its coroutine never goes on.
  void abandon(UnitWait& wait) noexcept;
  /// Balances or what is said of them may have changed.
  void look();

  /// Tells at once of what has changed: of balances that go now it is too late then.
  void tell_changes();

  std::size_t count() const noexcept { return count_; }

  /// The longest that an exchange waits, all in all.
  static constexpr std::chrono::milliseconds longest{100};
  /// That wait in a process, and no more.
  static constexpr std::size_t most_in_process = 65'536;

 private:
  using Set = boost::intrusive::multiset<UnitWait, boost::intrusive::constant_time_size<false>>;
  using List = boost::intrusive::list<UnitWait, boost::intrusive::constant_time_size<false>>;

  void run() override;
  void note(quota::Lent& lent, quota::Units units);
  void leave(UnitWait& wait);
  void let_go_on(UnitWait& wait, UnitWaitEnd how) noexcept;
  void end_ready();
  void arm();
  void end_late();

  Loop& loop_;
  const std::size_t most_;
  const std::function<void(Changes)> tell_;
  Set waiting_;
  List ready_;  // to go on, one after the other
  std::size_t count_ = 0;
  Changes changes_;  // not told yet
  std::uint64_t told_ = 0;
  std::unordered_map<quota::Lent*, quota::Units> promised_;
  UnitWait::Clock::time_point rings_at_{};
  Alarm alarm_;
};

}  // namespace llmgw::proxy
