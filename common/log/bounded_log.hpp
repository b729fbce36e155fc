// SPDX-License-Identifier: MIT
// BoundedLog: warnings from the request path, which may neither flood the log nor wait for it.
#pragma once

#include "common/log/line_limit.hpp"
#include "common/log/log.hpp"

namespace llmgw {

/// Writes up to ten lines a second. Those beyond, and those that stderr would not take at once, are
/// counted, and told in one line a second. Belongs to one thread.
class BoundedLog {
 public:
  using Clock = LineLimit::Clock;

  /// `message`: a literal.
  void warn(std::string_view message, log::Fields fields) noexcept;
  /// Tells what is due of the lines held back; called now and then, for nothing else may follow.
  void tell_held_back(Clock::time_point now = Clock::now()) noexcept;

 private:
  LineLimit limit_;
  std::string_view last_;  // the message held back last
};

}  // namespace llmgw
