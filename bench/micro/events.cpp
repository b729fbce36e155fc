// SPDX-License-Identifier: MIT
// What an event costs on its way: encoded and queued by the worker, taken out by the courier,
// decoded and validated by the collector. The name `items_per_second` is events a second on one
// core.
#include <benchmark/benchmark.h>

#include <array>

#include "collector/ingest_decode.hpp"
#include "common/event/metering_event.hpp"
#include "proxy/outbox/outbox.hpp"

namespace llmgw {
namespace {

using std::chrono::microseconds;

MeteringEvent sample() {
  MeteringEvent event;
  event.request_id = "req_0192f3a4b5c67d8e9f00112233445566";
  event.tenant = "team-a";
  event.app_key = "sha256:3f1c9a0b4d2e";
  event.provider = "openai";
  event.model = "gpt-4o-mini-2024-07-18";
  event.tokens = {14, 12, 26, 0, 0};
  event.latency = microseconds(812'417);
  event.status_code = 200;
  event.ts = std::chrono::system_clock::time_point(std::chrono::seconds(1'764'000'000));
  event.event_id = "0192f3a4-b5c6-7d8e-9f00-112233445566";
  event.request_model = "gpt-4o-mini";
  event.endpoint = "/v1/chat/completions";
  event.usage_source = UsageSource::upstream;
  event.ttft = microseconds(811'702);
  event.upstream_request_id = "req_4f1d0b7a9c";
  event.request_bytes = 400;
  event.response_bytes = event.captured_bytes = 560;
  event.finish_reason = "stop";
  return event;
}

class Nobody final : public proxy::Wakeup {
  void wake() noexcept override {}
};

void encode_event(benchmark::State& state) {
  const MeteringEvent event = sample();
  std::array<char, max_encoded_event> line;
  for (auto _ : state) benchmark::DoNotOptimize(encode(event, line));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(encode_event);

// Outbox to batch: all that the proxy does with an event but for posting it.
void encode_queue_and_batch(benchmark::State& state) {
  constexpr std::size_t events = 1000;
  const MeteringEvent event = sample();
  std::array<char, max_encoded_event> line;
  Nobody nobody;
  proxy::Outbox outbox(10'000, nobody);
  std::string batch;
  for (auto _ : state) {
    for (std::size_t i = 0; i < events; ++i) outbox.push({line.data(), encode(event, line)});
    batch.clear();
    if (outbox.pop(batch, 1024 * 1024) != events) return state.SkipWithError("events missing");
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(events));
}
BENCHMARK(encode_queue_and_batch);

void decode_batch(benchmark::State& state) {
  constexpr std::size_t events = 200;
  std::array<char, max_encoded_event> line;
  const std::string_view encoded{line.data(), encode(sample(), line)};
  std::string body;
  for (std::size_t i = 0; i < events; ++i) body.append(encoded);
  for (auto _ : state) {
    auto decoded = collector::decode_events(body);
    if (decoded.has_error()) return state.SkipWithError("refused");
    benchmark::DoNotOptimize(*decoded);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(events));
}
BENCHMARK(decode_batch);

}  // namespace
}  // namespace llmgw

BENCHMARK_MAIN();
