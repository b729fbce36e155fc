// SPDX-License-Identifier: MIT
// RLIMIT_NOFILE.
#include "common/system/open_file_limit.hpp"

#include <sys/resource.h>

#include <algorithm>

namespace llmgw {
namespace {

constexpr rlim_t enough = 1 << 20;  // where there is no limit; the kernel's own default bound
constexpr std::size_t assumed = 1024;

}  // namespace

std::size_t raise_open_file_limit() noexcept {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return assumed;
  const rlim_t wanted = std::min(limit.rlim_max, std::max(limit.rlim_cur, enough));
  if (limit.rlim_cur < wanted) {
    const rlimit raised{wanted, limit.rlim_max};
    if (::setrlimit(RLIMIT_NOFILE, &raised) == 0) limit.rlim_cur = wanted;
  }
  return static_cast<std::size_t>(std::min(limit.rlim_cur, enough));
}

}  // namespace llmgw
