// SPDX-License-Identifier: MIT
// World: simulated time, what is to happen in it, and chance that comes out the same for a seed.
#pragma once

#include <cmath>
#include <cstdint>
#include <functional>
#include <queue>
#include <random>
#include <vector>

#include "lease/loans.hpp"

namespace llmgw::simulation {

using lease::Duration;
using lease::Instant;
using lease::Units;

inline Duration seconds(double count) {
  return Duration(static_cast<std::int64_t>(count * 1'000'000'000));
}
inline double to_seconds(Duration duration) { return static_cast<double>(duration.count()) * 1e-9; }

/// Numbers by formulas of our own: those of the standard library differ between libraries.
class Chance {
 public:
  explicit Chance(std::uint64_t seed) : engine_(seed) {}

  /// In [0, 1).
  double part() { return static_cast<double>(engine_() >> 11) * 0x1p-53; }
  bool is(double probability) { return part() < probability; }
  double between(double least, double most) { return least + (most - least) * part(); }
  std::size_t below(std::size_t count) {
    return static_cast<std::size_t>(part() * static_cast<double>(count));
  }
  /// The time to the next of events that come at random, so many a second.
  Duration gap(double a_second) { return seconds(-std::log(1 - part()) / a_second); }
  /// Sizes with a long tail, of this mean.
  double lognormal(double mean, double sigma) {
    const double normal = std::sqrt(-2 * std::log(1 - part())) * std::cos(2 * M_PI * part());
    return mean * std::exp(sigma * normal - sigma * sigma / 2);
  }

 private:
  std::mt19937_64 engine_;
};

class World {
 public:
  explicit World(std::uint64_t seed) : chance(seed) {}

  Instant now() const noexcept { return now_; }
  void at(Instant when, std::function<void()> what) {
    events_.push({std::max(when, now_), ++last_, std::move(what)});
  }
  void after(Duration wait, std::function<void()> what) { at(now_ + wait, std::move(what)); }

  /// Runs what is due up to then; `checked` after each step.
  template <class Check>
  void run_until(Instant end, Check checked) {
    while (!events_.empty() && events_.top().when <= end) {
      Event event = std::move(const_cast<Event&>(events_.top()));
      events_.pop();
      now_ = event.when;
      event.what();
      checked();
    }
    now_ = end;
  }

  Chance chance;

 private:
  struct Event {
    Instant when;
    std::uint64_t number;
    std::function<void()> what;

    bool operator<(const Event& other) const {
      return when != other.when ? when > other.when : number > other.number;
    }
  };

  Instant now_{std::chrono::hours(1)};
  std::uint64_t last_ = 0;
  std::priority_queue<Event> events_;
};

}  // namespace llmgw::simulation
