// SPDX-License-Identifier: MIT
// CPU quotas of cgroups, version 1 and 2, seen through a map of files.
#include "common/system/cpu_count.hpp"

#include <gtest/gtest.h>

#include <map>

namespace llmgw {
namespace {

using Files = std::map<std::string, std::string>;

unsigned quota_of(const Files& files) {
  return cgroup_cpu_quota([&files](const std::string& path) -> Result<std::string> {
    const auto found = files.find(path);
    if (found == files.end()) return make_error_code(errc::io_failed);
    return found->second;
  });
}

unsigned v2_quota(const std::string& cpu_max) {
  return quota_of({{"/proc/self/cgroup", "0::/\n"}, {"/sys/fs/cgroup/cpu.max", cpu_max}});
}

TEST(CpuCount, RoundsTheQuotaUp) {
  EXPECT_EQ(v2_quota("200000 100000\n"), 2U);
  EXPECT_EQ(v2_quota("150000 100000\n"), 2U);
  EXPECT_EQ(v2_quota("100001 100000\n"), 2U);
  EXPECT_EQ(v2_quota("100000 100000\n"), 1U);
  EXPECT_EQ(v2_quota("1000 100000\n"), 1U);
  EXPECT_EQ(v2_quota("50000 10000"), 5U);
}

TEST(CpuCount, KnowsNoQuotaWhereNoneIsSet) {
  EXPECT_EQ(v2_quota("max 100000\n"), 0U);
  EXPECT_EQ(v2_quota(""), 0U);
  EXPECT_EQ(v2_quota("100000\n"), 0U);
  EXPECT_EQ(v2_quota("0 100000\n"), 0U);
  EXPECT_EQ(v2_quota("100000 0\n"), 0U);
  EXPECT_EQ(v2_quota("rubbish here\n"), 0U);
  EXPECT_EQ(quota_of({}), 0U);
  EXPECT_EQ(quota_of({{"/proc/self/cgroup", "0::/\n"}}), 0U);
  EXPECT_EQ(quota_of({{"/proc/self/cgroup", "rubbish\n:\n"}, {"/sys/fs/cgroup/cpu.max", "1 1"}}),
            0U);
}

TEST(CpuCount, TakesTheTightestGroupOnTheWayUp) {
  Files files{{"/proc/self/cgroup", "0::/a/b\n"},
              {"/sys/fs/cgroup/a/b/cpu.max", "max 100000\n"},
              {"/sys/fs/cgroup/a/cpu.max", "300000 100000\n"},
              {"/sys/fs/cgroup/cpu.max", "800000 100000\n"}};
  EXPECT_EQ(quota_of(files), 3U);
  files["/sys/fs/cgroup/a/b/cpu.max"] = "200000 100000\n";
  EXPECT_EQ(quota_of(files), 2U);
}

TEST(CpuCount, FindsTheRootOfAContainerThatIsToldItsHostPath) {
  EXPECT_EQ(quota_of({{"/proc/self/cgroup", "0::/../../pod/x\n"},
                      {"/sys/fs/cgroup/cpu.max", "400000 100000"}}),
            4U);
}

TEST(CpuCount, ReadsVersion1) {
  Files files{{"/proc/self/cgroup", "12:cpuset:/x\n4:cpu,cpuacct:/docker/1\n1:name=systemd:/x\n"},
              {"/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "250000\n"},
              {"/sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n"}};
  EXPECT_EQ(quota_of(files), 3U);
  files["/sys/fs/cgroup/cpu/cpu.cfs_quota_us"] = "-1\n";
  EXPECT_EQ(quota_of(files), 0U);
  files["/proc/self/cgroup"] = "12:cpuset,cpuacct:/x\n";
  files["/sys/fs/cgroup/cpu/cpu.cfs_quota_us"] = "250000\n";
  EXPECT_EQ(quota_of(files), 0U);
}

TEST(CpuCount, IsAtLeastOneHere) { EXPECT_GE(usable_cpus(), 1U); }

}  // namespace
}  // namespace llmgw
