// SPDX-License-Identifier: MIT
// lease-simulation [--long] [SEED]: the promises about leases, held against simulated clusters.
#include <charconv>
#include <cstdio>
#include <cstring>
#include <string_view>

#include "tests/lease_simulation/promises.hpp"

namespace {

using namespace llmgw::simulation;

// The columns of docs/limits-cluster.md; the first two and the last are of rates alone.
bool show(const Scenario& scenario, std::uint64_t seed) {
  const Outcome outcome = Run(scenario, seed).finish();
  const bool is_rate = scenario.terms.kind == llmgw::lease::HolderTerms::Kind::rate;
  std::printf("%-58s %5zu  ", scenario.name.c_str(), scenario.nodes);
  if (is_rate) {
    std::printf("%6.3f L %6.3f", outcome.worst_minute, outcome.use);
  } else {
    std::printf("%8s %6s", "", "");
  }
  std::printf("  %5.1f / %5.1f ms  %5.2f  %6.2f %%  ", outcome.wait_p50, outcome.wait_p99,
              outcome.syncs, outcome.refused * 100);
  if (is_rate) {
    std::printf("%6.3f B", outcome.worst);
  } else {
    std::printf("%8s", "");
  }
  std::puts(outcome.faults.empty() ? "  holds" : "  BROKEN");
  for (const auto& each : outcome.faults)
    std::printf("    seed %llu: %s\n", static_cast<unsigned long long>(seed), each.c_str());
  std::fflush(stdout);
  return outcome.faults.empty();
}

}  // namespace

int main(int argc, char** argv) {
  bool is_long = false;
  std::uint64_t seed = 1;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word(argv[i]);
    if (word == "--long") {
      is_long = true;
    } else if (std::from_chars(word.data(), word.data() + word.size(), seed).ec != std::errc()) {
      std::fputs("usage: lease-simulation [--long] [SEED]\n", stderr);
      return 2;
    }
  }
  std::printf("seed %llu; limit L = 6,000 a minute, burst B = 1,000 where nothing else is said\n",
              static_cast<unsigned long long>(seed));
  std::printf("%-58s %5s  %8s %6s  %16s  %5s  %8s  %8s\n", "", "N", "worst 60s", "use",
              "wait p50 / p99", "syncs", "refused", "worst");
  bool holds = true;
  for (const Scenario& each : promises(is_long)) holds &= show(each, seed);
  if (is_long) {
    constexpr std::uint64_t rounds = 200;
    for (std::uint64_t round = 1; round <= rounds; ++round)
      holds &= show(anything(seed * 1'000 + round), seed * 1'000 + round);
  }
  return holds ? 0 : 1;
}
