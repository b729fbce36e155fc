// SPDX-License-Identifier: MIT
// PURE: the shares.
#include "proxy/worker_share.hpp"

#include <algorithm>

namespace llmgw::proxy {
namespace {

// Standard streams, admin port, courier, key file, a name look-up; and of each worker its listener,
// its reactor and the refusals under way (http::Server::refusals).
constexpr std::size_t of_the_process = 32 + admin_connections;
constexpr std::size_t of_a_worker = 8 + 16;

}  // namespace

WorkerShare share_descriptors(std::size_t limit, unsigned workers) noexcept {
  const std::size_t own = of_the_process + workers * of_a_worker;
  const std::size_t each = limit > own ? (limit - own) / workers / 2 : 0;
  return {std::max<std::size_t>(each, 1), std::max<std::size_t>(each, 1)};
}

std::size_t share_among(std::size_t whole, std::size_t count) noexcept {
  return std::max<std::size_t>(whole / std::max<std::size_t>(count, 1), 1);
}

}  // namespace llmgw::proxy
