// SPDX-License-Identifier: MIT
// Counting CPUs as the scheduler and the cgroup see them.
#include "common/system/cpu_count.hpp"

#include <sched.h>

#include <algorithm>
#include <array>
#include <optional>
#include <sstream>

#include "common/text/quantity.hpp"

namespace llmgw {
namespace {

// Whole CPUs that `quota` in each `period` (both microseconds) comes to; nothing where there is
// none.
std::optional<unsigned> cpus_of(std::string_view quota_text, std::string_view period_text) {
  const auto quota = parse_integer(quota_text);  // `max` and `-1` are no numbers: no limit
  const auto period = parse_integer(period_text);
  if (!quota || !period || *quota == 0 || *period == 0) return std::nullopt;
  constexpr std::uint64_t most = 1 << 20;
  return static_cast<unsigned>(std::min((*quota - 1) / *period + 1, most));
}

std::string first_line(const FileReader& read, const std::string& path) {
  const auto content = read(path);
  return content ? content->substr(0, content->find('\n')) : std::string();
}

std::optional<unsigned> quota_v2(const FileReader& read, const std::string& folder) {
  const auto line = first_line(read, folder + "/cpu.max");
  const auto space = line.find(' ');
  if (space == std::string::npos) return std::nullopt;
  return cpus_of(std::string_view(line).substr(0, space), std::string_view(line).substr(space + 1));
}

std::optional<unsigned> quota_v1(const FileReader& read, const std::string& folder) {
  return cpus_of(first_line(read, folder + "/cpu.cfs_quota_us"),
                 first_line(read, folder + "/cpu.cfs_period_us"));
}

using QuotaReader = std::optional<unsigned>(const FileReader&, const std::string&);

// The least quota from a group up to the root of the hierarchy; a container often sees only its
// root, whatever path it is told.
unsigned least_quota(const FileReader& read, QuotaReader* quota_of, const std::string& root,
                     std::string path) {
  unsigned least = 0;
  for (;;) {
    while (path.ends_with('/')) path.pop_back();
    if (const auto quota = quota_of(read, root + path)) {
      least = least == 0 ? *quota : std::min(least, *quota);
    }
    if (path.empty()) return least;
    path.resize(std::min(path.rfind('/'), path.size()));
    if (path.find('/') == std::string::npos) path.clear();
  }
}

bool holds_word(std::string_view list, std::string_view word) {
  while (!list.empty()) {
    const auto comma = std::min(list.find(','), list.size());
    if (list.substr(0, comma) == word) return true;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return false;
}

unsigned affinity_count() {
  // Room for 8192 CPUs; the kernel refuses a set smaller than its own.
  std::array<cpu_set_t, 8> sets{};
  if (sched_getaffinity(0, sizeof sets, sets.data()) != 0) return 1;
  return static_cast<unsigned>(CPU_COUNT_S(sizeof sets, sets.data()));
}

}  // namespace

unsigned cgroup_cpu_quota(const FileReader& read) {
  const auto groups = read("/proc/self/cgroup");
  if (!groups) return 0;
  unsigned least = 0;
  // Lines are `number:controllers:path`; v2 has number 0 and no controllers (cgroups(7)).
  std::istringstream lines(*groups);
  for (std::string line; std::getline(lines, line);) {
    const auto first = line.find(':');
    const auto second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const auto controllers = std::string_view(line).substr(first + 1, second - first - 1);
    const auto path = line.substr(second + 1);

    unsigned quota = 0;
    if (controllers.empty()) {
      quota = least_quota(read, quota_v2, "/sys/fs/cgroup", path);
    } else if (holds_word(controllers, "cpu")) {
      quota = least_quota(read, quota_v1, "/sys/fs/cgroup/cpu", path);
    }
    if (quota != 0) least = least == 0 ? quota : std::min(least, quota);
  }
  return least;
}

unsigned usable_cpus() {
  const auto available = std::max(affinity_count(), 1U);
  const auto quota = cgroup_cpu_quota(read_file);
  return quota == 0 ? available : std::min(available, quota);
}

}  // namespace llmgw
