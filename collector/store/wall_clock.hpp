// SPDX-License-Identifier: MIT
// What time it is, as stores have it.
#pragma once

#include <chrono>
#include <cstdint>

namespace llmgw::collector {

/// Milliseconds since 1970.
inline std::int64_t milliseconds_now() {
  namespace chrono = std::chrono;
  const auto now = chrono::system_clock::now().time_since_epoch();
  return chrono::duration_cast<chrono::milliseconds>(now).count();
}

}  // namespace llmgw::collector
