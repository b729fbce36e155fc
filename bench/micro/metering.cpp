// SPDX-License-Identifier: MIT
// What metering costs: a chunk of a stream, and a whole exchange, without any network.
#include <benchmark/benchmark.h>

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "common/event/metering_event.hpp"
#include "proxy/api/call.hpp"
#include "proxy/api/fingerprint.hpp"
#include "proxy/api/traffic_counts.hpp"
#include "proxy/metering/request_scanner.hpp"
#include "proxy/metering/response_meter.hpp"
#include "proxy/provider/openai/request_reader.hpp"
#include "proxy/provider/openai/usage_reader.hpp"
#include "tests/support/encode.hpp"

namespace llmgw::proxy {
namespace {

constexpr std::string_view stream_type = "text/event-stream; charset=utf-8";
constexpr std::uint64_t limit = 256 * 1024;
JsonPatterns patterns;
JsonPatterns request_patterns;

std::string chat_chunk(const std::string& text, const std::string& created,
                       const std::string& more) {
  return R"(data: {"id":"chatcmpl-B9MHDbslfkBeAs8l4bebGdFOJ6PeG","object":"chat.completion.chunk","created":)" +
         created +
         R"(,"model":"gpt-4o-mini-2024-07-18","service_tier":"default","system_fingerprint":"fp_b376dfbbd5",)"
         R"("choices":[{"index":0,"delta":{"content":")" +
         text + R"("},"logprobs":null,"finish_reason":null}])" + more + "}\n\n";
}

std::vector<std::string> many(std::string (*chunk)(int)) {
  std::vector<std::string> chunks;
  for (int i = 0; i < 256; ++i) chunks.push_back(chunk(i));
  return chunks;
}

std::string word(int i) { return " word" + std::to_string(i * 7919 % 1000); }
std::string plain(int i) { return chat_chunk(word(i), "1741569952", ""); }
std::string with_usage(int i) {
  return chat_chunk(word(i), "1741569952",
                    R"(,"usage":null,"obfuscation":")" +
                        std::string(static_cast<std::size_t>(i) % 12, 'x') + "\"");
}
std::string with_clock(int i) { return chat_chunk(word(i), std::to_string(1'741'569'952 + i), ""); }
std::string of_responses(int i) {
  return R"(event: response.output_text.delta
data: {"type":"response.output_text.delta","sequence_number":)" +
         std::to_string(i) +
         R"(,"item_id":"msg_67c9fdcf37fc8190ba82116e33fb28c507b8b0ad4e5eb654","output_index":0,"content_index":0,"delta":")" +
         word(i) + R"(","logprobs":[],"obfuscation":"aB3xZq"})" + "\n\n";
}

void chunks_of(benchmark::State& state, std::string (*chunk)(int)) {
  const std::vector<std::string> chunks = many(chunk);
  ResponseMeter meter;
  meter.begin(openai_usage_reader, patterns, stream_type, "", limit);
  std::size_t i = 0;
  for (auto _ : state) meter.observe(chunks[i++ % chunks.size()]);
  if (*meter.finish().stream_chunks != i) state.SkipWithError("not all text was seen");
}
BENCHMARK_CAPTURE(chunks_of, chat, plain);
BENCHMARK_CAPTURE(chunks_of, chat_with_usage, with_usage);
BENCHMARK_CAPTURE(chunks_of, chat_each_another_begin, with_clock);
BENCHMARK_CAPTURE(chunks_of, responses_api, of_responses);

// All that metering does in an exchange of a small request and answer, but for the clock and the
// queue.
void exchange(benchmark::State& state) {
  const std::string head_text =
      "POST /v1/chat/completions HTTP/1.1\r\nHost: gateway\r\nAuthorization: Bearer "
      "app-key-0123456789\r\n"
      "X-LLM-Tenant: team-a\r\nContent-Type: application/json\r\nContent-Length: 400\r\n\r\n";
  http::FieldStorage fields;
  const auto head = http::parse_request_head(head_text, fields);
  const std::string request = R"({"model":"gpt-4o-mini","messages":[{"role":"user","content":")" +
                              std::string(330, 'a') + R"("}]})";
  const std::string answer =
      R"({"id":"chatcmpl-1","object":"chat.completion","created":1741569952,"model":"gpt-4o-mini-2024-07-18",)"
      R"("choices":[{"index":0,"message":{"role":"assistant","content":"Hello!"},"logprobs":null,"finish_reason":"stop"}],)"
      R"("usage":{"prompt_tokens":19,"completion_tokens":10,"total_tokens":29,"prompt_tokens_details":{"cached_tokens":0},)"
      R"("completion_tokens_details":{"reasoning_tokens":0}},"service_tier":"default"})";
  const auto counts = std::make_unique<TrafficCounts>();
  std::array<char, max_encoded_event> line;
  const IdText id = uuid_text(Uuid{});
  const Call::Clock::time_point start{};
  for (auto _ : state) {
    Call call(*head, id, fingerprint, start);
    RequestScanner scanner(request_patterns, openai_request_reader);
    scanner.observe(request);
    ResponseMeter meter;
    meter.begin(openai_usage_reader, patterns, "application/json", "", limit);
    call.note_response(200, "req_abc");
    meter.observe(answer);
    const ResponseFacts facts = meter.finish();
    const MeteringEvent event = call.finish(Outcome::completed, start, {}, "openai",
                                            scanner.facts().model.view(), facts, id);
    benchmark::DoNotOptimize(encode(event, line));
    counts->note(event, 0);
  }
}
BENCHMARK(exchange);

void coded_answer(benchmark::State& state, Encoding encoding) {
  std::string body = R"({"data":[)";
  for (int i = 0; i < 10'000; ++i) body += std::to_string(i * 7919 % 100'003) + ",";
  body += R"(0],"usage":{"prompt_tokens":19,"total_tokens":19}})";
  const std::string coded = encode(encoding, body);
  for (auto _ : state) {
    ResponseMeter meter;
    meter.begin(openai_usage_reader, patterns, "application/json", token(encoding), limit);
    meter.observe(coded);
    if (!meter.finish().usage.prompt) state.SkipWithError("no usage");
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * body.size()));
}
BENCHMARK_CAPTURE(coded_answer, gzip, Encoding::gzip);
BENCHMARK_CAPTURE(coded_answer, br, Encoding::br);
BENCHMARK_CAPTURE(coded_answer, zstd, Encoding::zstd);

}  // namespace
}  // namespace llmgw::proxy

BENCHMARK_MAIN();
