// SPDX-License-Identifier: MIT
// How many CPUs this process may use: its affinity mask, cut to the quota of its cgroup.
#pragma once

#include "common/system/read_file.hpp"

namespace llmgw {

/// The CPU quota of this process's cgroup (v2 `cpu.max`, v1 `cpu.cfs_quota_us`), the tightest on
/// the way up, rounded up to whole CPUs; 0 where none is set. `read` sees /proc and /sys.
unsigned cgroup_cpu_quota(const FileReader& read);

/// CPUs to run threads on, at least 1: the affinity mask and the quota, whichever is less.
unsigned usable_cpus();

}  // namespace llmgw
