// SPDX-License-Identifier: MIT
// What parsing a head and writing it anew costs, each way.
#include <benchmark/benchmark.h>

#include "proxy/http/head.hpp"
#include "proxy/provider/openai/dialect.hpp"
#include "proxy/provider/request_head.hpp"
#include "proxy/upstream/response_head.hpp"

namespace llmgw::proxy {
namespace {

constexpr std::string_view request =
    "POST /v1/chat/completions HTTP/1.1\r\nHost: gateway.internal:8080\r\n"
    "Accept: application/json\r\nContent-Type: application/json\r\n"
    "User-Agent: OpenAI/Python 1.54.0\r\nAuthorization: Bearer app-key-0123456789abcdef\r\n"
    "X-LLM-Tenant: team-a\r\nContent-Length: 400\r\n\r\n";
constexpr std::string_view response =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Request-Id: req_4f1d0b7a9c\r\n"
    "Openai-Version: 2020-10-01\r\nContent-Length: 560\r\n\r\n";

void request_head(benchmark::State& state) {
  const Destination to{openai_dialect, "", "127.0.0.1", "Bearer sk-upstream-0123456789abcdef"};
  http::FieldStorage fields;
  std::string out;
  for (auto _ : state) {
    const auto head = http::parse_request_head(request, fields);
    if (head.has_error()) return state.SkipWithError("no head");
    out.clear();
    append_request_head(out, *head, to);
    benchmark::DoNotOptimize(out.data());
  }
}
BENCHMARK(request_head);

void response_head(benchmark::State& state) {
  http::FieldStorage fields;
  std::string out;
  for (auto _ : state) {
    const auto head = http::parse_response_head(response, fields, false);
    if (head.has_error()) return state.SkipWithError("no head");
    out.clear();
    append_response_head(out, *head, response_form(*head, 1),
                         "req_0192f3a4b5c67d8e9f00112233445566", true, 1);
    benchmark::DoNotOptimize(out.data());
  }
}
BENCHMARK(response_head);

}  // namespace
}  // namespace llmgw::proxy

BENCHMARK_MAIN();
