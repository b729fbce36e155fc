// SPDX-License-Identifier: MIT
// Lines within the limit, and the summary of the others.
#include "common/log/bounded_log.hpp"

namespace llmgw {

void BoundedLog::warn(std::string_view message, log::Fields fields) noexcept {
  const auto now = Clock::now();
  tell_held_back(now);
  if (limit_.admits(now) && log::write_at_once(log::Level::warn, message, fields)) return;
  limit_.hold_back();
  last_ = message;
}

void BoundedLog::tell_held_back(Clock::time_point now) noexcept {
  const std::uint64_t lines = limit_.take_held_back(now);
  if (lines == 0) return;
  const log::Fields fields{{"like", last_}, {"lines", lines}};
  if (!log::write_at_once(log::Level::warn, "more lines held back", fields))
    limit_.hold_back(lines);
}

}  // namespace llmgw
