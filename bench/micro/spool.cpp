// SPDX-License-Identifier: MIT
// What the spool takes and gives back, on the disk of TMPDIR. The name `items_per_second` is events
// a second of wall time.
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <random>
#include <string>

#include "proxy/outbox/spool.hpp"

namespace llmgw::proxy {
namespace {

constexpr std::size_t events = 200;  // of an append: what 20,000 requests a second make in 10 ms

std::string hex(std::mt19937_64& random, std::size_t digits) {
  std::string text;
  while (text.size() < digits) text += "0123456789abcdef"[random() % 16];
  return text;
}

// Lines whose identities and times differ as they do in life: they are what a row is made of once
// it is compressed.
std::string lines(std::mt19937_64& random) {
  std::string text;
  for (std::size_t i = 0; i < events; ++i) {
    text +=
        R"({"request_id":"req_)" + hex(random, 32) +
        R"(","tenant":"team-a","app_key":"sha256:3f1c9a0b4d2e","provider":"openai",)"
        R"("model":"gpt-4o-mini-2024-07-18","prompt_tokens":)" +
        std::to_string(random() % 4000) + R"(,"completion_tokens":)" +
        std::to_string(random() % 900) + R"(,"total_tokens":4100,"latency_ms":)" +
        std::to_string(random() % 9000) + "." + std::to_string(random() % 1000) +
        R"(,"status_code":200,"ts":"2026-11-23T08:30:00.123Z","schema_version":1,"event_id":")" +
        hex(random, 36) +
        R"(","request_model":"gpt-4o-mini","endpoint":"/v1/chat/completions","stream":true,)"
        R"("outcome":"completed","usage_source":"upstream","cached_tokens":0,"reasoning_tokens":0,)"
        R"("ttft_ms":211.7,"upstream_request_id":"req_)" +
        hex(random, 24) +
        R"(","request_bytes":412,"response_bytes":9310,"captured_bytes":9310,)"
        R"("capture_truncated":false,"finish_reason":"stop","stream_chunks":9,"output_bytes":34})"
        "\n";
  }
  return text;
}

// A spool in a folder of its own, which is gone afterwards.
struct Scratch {
  std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("bench-spool-" + std::to_string(::getpid()));
  std::unique_ptr<Spool> spool;

  Scratch() {
    auto opened = Spool::open(folder.string(), std::uint64_t{64} << 30);
    if (opened.has_value()) spool = std::move(*opened);
  }
  ~Scratch() {
    spool.reset();
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
  }
};

void spool_append(benchmark::State& state) {
  std::mt19937_64 random(1);
  const std::string text = lines(random);
  Scratch scratch;
  if (!scratch.spool) return state.SkipWithError("no spool");
  for (auto _ : state) {
    if (!scratch.spool->append(text, events)) return state.SkipWithError("not kept");
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(events));
}
BENCHMARK(spool_append)->UseRealTime();

// Appended, read in batches as they are posted, and acknowledged.
void spool_through(benchmark::State& state) {
  std::mt19937_64 random(1);
  const std::string text = lines(random);
  Scratch scratch;
  if (!scratch.spool) return state.SkipWithError("no spool");
  constexpr std::size_t appends = 50;
  Batch batch;
  for (auto _ : state) {
    for (std::size_t i = 0; i < appends; ++i) {
      if (!scratch.spool->append(text, events)) return state.SkipWithError("not kept");
    }
    for (std::size_t left = appends * events; left > 0; left -= batch.events()) {
      batch.clear();
      scratch.spool->read(batch, BatchBounds{});
      if (batch.is_empty()) return state.SkipWithError("events missing");
      scratch.spool->acknowledge();
    }
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(appends * events));
}
BENCHMARK(spool_through)->UseRealTime();

}  // namespace
}  // namespace llmgw::proxy

BENCHMARK_MAIN();
