// SPDX-License-Identifier: MIT
// The clocks of the load generator.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <ctime>

namespace llmgw::bench {

inline std::int64_t read_clock(clockid_t clock) noexcept {
  timespec at{};
  ::clock_gettime(clock, &at);
  return at.tv_sec * 1'000'000'000LL + at.tv_nsec;
}

/// Nanoseconds, the same for both ends of an exchange.
inline std::int64_t now_ns() noexcept { return read_clock(CLOCK_MONOTONIC); }

/// Processor time of all threads of another process, in nanoseconds. The kernel keeps it exactly;
/// the clock's number is made of the process id (clock_getcpuclockid does the same).
inline std::int64_t cpu_ns(pid_t process) noexcept {
  constexpr unsigned schedule_clock = 2;
  return read_clock(
      static_cast<clockid_t>((~static_cast<unsigned>(process) << 3) | schedule_clock));
}

constexpr std::int64_t milliseconds = 1'000'000;
constexpr std::int64_t seconds = 1'000'000'000;

}  // namespace llmgw::bench
