// SPDX-License-Identifier: MIT
// Linux keeps a niceness for each thread.
#include "common/system/thread_priority.hpp"

#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>

#include <cerrno>

namespace llmgw {

Result<void> give_way_to_others() noexcept {
  constexpr int niceness = 10;
  const sched_param none{};
  int fault = ::pthread_setschedparam(::pthread_self(), SCHED_BATCH, &none);
  if (fault == 0 && ::setpriority(PRIO_PROCESS, 0, niceness) != 0) fault = errno;
  if (fault == 0) return {};
  return boost::system::error_code(fault, boost::system::system_category());
}

}  // namespace llmgw
