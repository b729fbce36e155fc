// SPDX-License-Identifier: MIT
// RefusalLog: what is logged of requests that the gateway itself refuses for who makes them.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string_view>

#include "common/log/bounded_log.hpp"

namespace llmgw::proxy {

/// What is told of a refusal; never anything that the client sent but for names of the settings.
struct Refusal {
  std::string_view code;  ///< of the error
  std::string_view reason;
  std::string_view tenant = {};  ///< empty: not known
  std::string_view key_id = {};  ///< the same
};

/// One line for each reason and tenant in ten seconds, with how many there were since the one
/// before. Holds a bounded number of them: of two that share a place each makes the other be told
/// anew, within what the log itself admits. Belongs to its worker's thread.
class RefusalLog {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::seconds interval{10};

  void note(BoundedLog& log, const Refusal& refusal, Clock::time_point now = Clock::now()) noexcept;

 private:
  struct Place {
    std::size_t hash = 0;
    Clock::time_point told_at{};
    std::uint64_t untold = 0;
  };
  static constexpr std::size_t place_count = 64;

  std::array<Place, place_count> places_{};
};

}  // namespace llmgw::proxy
