// SPDX-License-Identifier: MIT
// Alarm: one call after some time. What is set for each request is a Deadline instead.
#pragma once

#include <boost/intrusive/set.hpp>
#include <chrono>
#include <functional>

namespace llmgw {

class Loop;

/// Belongs to its loop's thread. Rings once for each time it is set, unless cancelled, set anew or
/// destroyed before.
class Alarm : public boost::intrusive::set_base_hook<
                  boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  using Clock = std::chrono::steady_clock;

  explicit Alarm(Loop& loop) noexcept : loop_(loop) {}
  ~Alarm() { cancel(); }
  Alarm(const Alarm&) = delete;
  Alarm& operator=(const Alarm&) = delete;

  /// `rings` may destroy the alarm.
  void set(std::chrono::milliseconds after, std::function<void()> rings);
  /// Nothing is called.
  void cancel() noexcept;
  bool is_set() const noexcept { return is_linked(); }

  friend bool operator<(const Alarm& a, const Alarm& b) noexcept { return a.at_ < b.at_; }

 private:
  friend class Alarms;
  Loop& loop_;
  Clock::time_point at_;
  std::function<void()> rings_;
};

/// The alarms of one loop that are set, the next one first.
class Alarms {
 public:
  void add(Alarm& alarm) noexcept { set_.insert(alarm); }
  /// Milliseconds to the next one, rounded up; -1: none is set.
  int patience() const noexcept;
  void ring_due();

 private:
  boost::intrusive::multiset<Alarm, boost::intrusive::constant_time_size<false>> set_;
};

}  // namespace llmgw
