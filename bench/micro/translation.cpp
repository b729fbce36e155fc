// SPDX-License-Identifier: MIT
// What translation costs: a request, an answer and one event of a stream, there and back.
#include <benchmark/benchmark.h>

#include <string>

#include "proxy/provider/anthropic/translation.hpp"
#include "proxy/provider/gemini/translation.hpp"

namespace llmgw::proxy {
namespace {

std::string request_of(std::size_t size) {
  std::string body = R"({"model":"m","temperature":0.2,"max_tokens":400,"messages":[)"
                     R"({"role":"system","content":"be brief"},{"role":"user","content":")";
  body.append(size - body.size() - 4, 'x');
  return body + "\"}]}";
}

void request(benchmark::State& state, const Translation& translation) {
  const std::string body = request_of(2'048);
  const TranslationTarget target{.model = "claude-sonnet-4-5", .provider = "p"};
  for (auto _ : state) benchmark::DoNotOptimize(translation.translate(body, target));
}

void answer(benchmark::State& state, const Translation& translation, const std::string& front,
            const std::string& back) {
  const std::string body = front + std::string(2'048, 'x') + back;
  const AnswerTerms terms{.provider = "p", .model = "m", .request_id = "r"};
  if (!translation.answer(body, terms)) return state.SkipWithError("not an answer");
  for (auto _ : state) benchmark::DoNotOptimize(translation.answer(body, terms));
}

void stream_event(benchmark::State& state, const Translation& translation, const std::string& begin,
                  const std::string& event) {
  const AnswerTerms terms{.provider = "p", .model = "m", .request_id = "r"};
  const auto stream = translation.stream(terms, 1 << 20);
  std::string out;
  stream->pass(begin, out);
  for (auto _ : state) {
    out.clear();
    stream->pass(event, out);
    benchmark::DoNotOptimize(out);
  }
  if (out.empty()) state.SkipWithError("nothing came of it");
}

const std::string anthropic_begin =
    "event: message_start\ndata: "
    "{\"type\":\"message_start\",\"message\":{\"id\":\"msg_1\",\"model\":"
    "\"claude\",\"usage\":{\"input_tokens\":10,\"output_tokens\":1}}}\n\nevent: "
    "content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{"
    "\"type\":\"text\",\"text\":\"\"}}\n\n";
const std::string anthropic_event =
    "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{"
    "\"type\":\"text_delta\",\"text\":\" token\"}}\n\n";
const std::string gemini_event =
    "data: {\"candidates\": [{\"content\": {\"parts\": [{\"text\": \" token\"}],\"role\": "
    "\"model\"},\"index\": 0}],\"usageMetadata\": {\"promptTokenCount\": 4,\"totalTokenCount\": "
    "6},\"modelVersion\": \"gemini\",\"responseId\": \"r\"}\r\n\r\n";

void to_anthropic(benchmark::State& state) { request(state, anthropic_translation()); }
void to_gemini(benchmark::State& state) { request(state, gemini_translation()); }
void from_anthropic(benchmark::State& state) {
  answer(
      state, anthropic_translation(),
      R"({"id":"msg_1","type":"message","role":"assistant","model":"c","stop_reason":"end_turn",)"
      R"("content":[{"type":"text","text":")",
      R"("}],"usage":{"input_tokens":10,"output_tokens":7}})");
}
void from_gemini(benchmark::State& state) {
  answer(
      state, gemini_translation(),
      R"({"candidates":[{"content":{"role":"model","parts":[{"text":")",
      R"("}]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":4,"totalTokenCount":6}})");
}
void event_of_anthropic(benchmark::State& state) {
  stream_event(state, anthropic_translation(), anthropic_begin, anthropic_event);
}
void event_of_gemini(benchmark::State& state) {
  stream_event(state, gemini_translation(), gemini_event, gemini_event);
}

BENCHMARK(to_anthropic);
BENCHMARK(to_gemini);
BENCHMARK(from_anthropic);
BENCHMARK(from_gemini);
BENCHMARK(event_of_anthropic);
BENCHMARK(event_of_gemini);

}  // namespace
}  // namespace llmgw::proxy

BENCHMARK_MAIN();
