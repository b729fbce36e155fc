// SPDX-License-Identifier: MIT
// What finding a target costs, over fifty models: the table, whose turn it is, and what an alias
// changes in a body.
#include <benchmark/benchmark.h>

#include <string>

#include "proxy/provider/model_place.hpp"
#include "proxy/route/table.hpp"

namespace llmgw::proxy {
namespace {

Config fifty_models() {
  Config config;
  config.selects_by_header = config.has_providers = true;
  for (const char* name : {"a", "b", "c"})
    config.upstreams.push_back(
        {.name = name, .type = "openai", .keys = {{.name = "0"}, {.name = "1"}}});
  for (int i = 0; i < 50; ++i)
    config.routing.models.push_back({.name = "model-" + std::to_string(i),
                                     .targets = {{.upstream = 0, .weight = 3}, {.upstream = 1}},
                                     .fallback = {}});
  config.routing.models.push_back({.name = "gpt-*", .targets = {{.upstream = 2}}});
  return config;
}

void find_and_take(benchmark::State& state, std::string_view model) {
  CoolingBook book;
  RouteTable table(fifty_models(), book);
  const http::Head head;
  for (auto _ : state) {
    auto route = std::get<Route>(table.find({head, "/v1/chat/completions", "t", model}));
    benchmark::DoNotOptimize(route.take(Cooling::Clock::now()));
    benchmark::DoNotOptimize(route.has_more(Cooling::Clock::now()));
  }
}

void exact_name(benchmark::State& state) { find_and_take(state, "model-37"); }
void begin_of_a_name(benchmark::State& state) { find_and_take(state, "gpt-4o"); }
void the_default(benchmark::State& state) { find_and_take(state, "none"); }

void place_of_an_alias(benchmark::State& state) {
  const std::string body =
      R"({"messages":[{"role":"user","content":")" + std::string(300, 'x') + R"("}],"model":"m"})";
  for (auto _ : state) benchmark::DoNotOptimize(place_of_model(body, "application/json"));
}

BENCHMARK(exact_name);
BENCHMARK(begin_of_a_name);
BENCHMARK(the_default);
BENCHMARK(place_of_an_alias);

}  // namespace
}  // namespace llmgw::proxy

BENCHMARK_MAIN();
