// SPDX-License-Identifier: MIT
// What counting tokens costs: texts, and input that is made to be slow. bench/micro/tokens_peers
// counts the same with others.
#include <benchmark/benchmark.h>

#include <fstream>
#include <iterator>
#include <string>

#include "proxy/tokens/counter.hpp"

namespace llmgw::proxy {
namespace {

constexpr std::size_t a_megabyte = 1'000'000;

std::string repeated(std::string_view unit) {
  std::string text;
  while (text.size() < a_megabyte) text += unit;
  return text;
}

// Letters that are no words, without a break.
std::string noise() {
  std::string text;
  std::uint32_t random = 1;
  while (text.size() < a_megabyte) {
    random = random * 1'664'525 + 1'013'904'223;
    text += static_cast<char>('a' + (random >> 16) % 26);
  }
  return text;
}

// The file that LLMGW_BENCH_TEXT names, or some prose.
std::string prose() {
  if (const char* const path = std::getenv("LLMGW_BENCH_TEXT")) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  return repeated(
      "The gateway counts what nobody reported; it's a thread of its own, of low priority, that "
      "does so.\nIt takes 57 ns a token (or more), `count_tokens(encoding, text)` is all there is "
      "to call.\n\n");
}

void count(benchmark::State& state, Encoding encoding, const std::string& text) {
  std::uint64_t tokens = count_tokens(encoding, text);  // the table is there from now on
  for (auto _ : state) benchmark::DoNotOptimize(tokens = count_tokens(encoding, text));
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * text.size()));
  state.counters["tokens"] = static_cast<double>(tokens);
}

void unpack(benchmark::State& state, Encoding encoding) {
  std::size_t memory = 0;
  for (auto _ : state) memory = Ranks(rank_data(encoding)).memory();
  state.counters["memory"] = static_cast<double>(memory);
}

BENCHMARK_CAPTURE(unpack, cl100k, Encoding::cl100k)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(unpack, o200k, Encoding::o200k)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(count, text_cl100k, Encoding::cl100k, prose())->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(count, text_o200k, Encoding::o200k, prose())->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(count, one_letter, Encoding::o200k, repeated("a"))->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(count, blanks, Encoding::o200k, repeated(" "))->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(count, noise, Encoding::o200k, noise())->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(count, cjk, Encoding::o200k, repeated("日本語中文"))
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace llmgw::proxy

BENCHMARK_MAIN();
