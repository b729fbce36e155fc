// SPDX-License-Identifier: MIT
// What a word about leases costs either side: text to struct, what is lent, and back to text.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "lease/authority.hpp"
#include "lease/holders.hpp"

namespace llmgw::lease {
namespace {

using namespace std::chrono_literals;

Authority make_authority(Instant now) {
  return Authority(
      {.name = "0192f0c1-0000-7000-8000-000000000000"},
      [](std::string_view) {
        return RuleTerms{.kind = Rate{6'000'000, 1min, 1'000'000}};
      },
      now - 1h);
}

// One word of a proxy that has spent half of what it got, and asks for more.
std::string word(std::size_t proxy, std::uint64_t seq, std::size_t rules) {
  const std::string name = "proxy-" + std::to_string(proxy);
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < rules; ++i) ids.push_back("t:tenant-" + std::to_string(i) + "/rpm");
  SyncRequest request{.proxy = name, .seq = seq};
  for (const auto& id : ids)
    request.rules.push_back(
        {.id = id, .got = 2'000, .used = 1'000, .back = 900, .pending = 1, .want = 100});
  return encode(request);
}

// `proxies`, each with so many rules: one of their words after the other.
void authority(benchmark::State& state) {
  const auto proxies = static_cast<std::size_t>(state.range(0));
  const auto rules = static_cast<std::size_t>(state.range(1));
  Instant now{24h};
  Authority authority = make_authority(now);
  std::uint64_t seq = 0;
  std::vector<std::string> words;
  for (auto _ : state) {
    if (words.empty()) {
      state.PauseTiming();
      ++seq;
      for (std::size_t i = 0; i < proxies; ++i) words.push_back(word(i, seq, rules));
      state.ResumeTiming();
    }
    now += 250us;
    const auto request = decode_request(words.back());
    const auto outcome = authority.sync(*request, now, {});
    benchmark::DoNotOptimize(encode(outcome->answer));
    words.pop_back();
  }
}

void proxy(benchmark::State& state) {
  const auto rules = static_cast<std::size_t>(state.range(0));
  Instant now{24h};
  Holders holders("proxy", "", now);
  std::deque<quota::Balance> balances;
  std::vector<Holder*> all;
  for (std::size_t i = 0; i < rules; ++i)
    all.push_back(&holders.add("t:tenant-" + std::to_string(i) + "/rpm",
                               {.limit = 6'000, .burst = 1'000}, balances.emplace_back()));
  std::uint64_t seq = 0;
  for (auto _ : state) {
    state.PauseTiming();
    now += 200ms;
    for (Holder* const each : all) holders.wait(*each, 1);
    SyncAnswer answer{.seq = ++seq, .authority = "a", .proxies = 1, .ttl = 2'000};
    for (Holder* const each : all)
      answer.rules.push_back({.id = each->id(), .grant = 1, .remaining = 5});
    const std::string text = encode(answer);
    state.ResumeTiming();
    benchmark::DoNotOptimize(holders.encode(now));
    holders.on_answer(text, now);
    state.PauseTiming();
    for (std::size_t i = 0; i < rules; ++i) {
      balances[i].take(1);
      holders.end_wait(*all[i], 1);
    }
    state.ResumeTiming();
  }
}

BENCHMARK(authority)->Args({1, 1'000})->Args({1'000, 20});
BENCHMARK(proxy)->Arg(20)->Arg(1'000);

}  // namespace
}  // namespace llmgw::lease

BENCHMARK_MAIN();
