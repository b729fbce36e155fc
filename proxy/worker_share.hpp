// SPDX-License-Identifier: MIT
// PURE: how the descriptors of the process are shared out, so that they never run out.
#pragma once

#include <cstddef>

namespace llmgw::proxy {

/// Connections that one worker may have open at a time.
struct WorkerShare {
  std::size_t clients;
  std::size_t upstreams;
};

/// Half of what is not the process's own for each side, in equal parts for each worker: whoever was
/// let in then finds a descriptor for the upstream. At least one of each.
WorkerShare share_descriptors(std::size_t limit, unsigned workers) noexcept;

/// The part of each of `count` that share `whole` connections; at least one.
std::size_t share_among(std::size_t whole, std::size_t count) noexcept;

/// Connections to the admin port.
inline constexpr std::size_t admin_connections = 32;

}  // namespace llmgw::proxy
