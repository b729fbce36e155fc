// SPDX-License-Identifier: MIT
// The request head as the upstream gets it.
#include "proxy/provider/openai.hpp"

#include <gtest/gtest.h>

namespace llmgw::proxy {
namespace {

http::FieldStorage storage;

std::string prepared(std::string_view text,
                     const std::string& base = "https://api.example/prefix") {
  const auto head = http::parse_request_head(text, storage);
  EXPECT_TRUE(head.has_value()) << text;
  std::string out;
  OpenAi(*parse_http_url(base), Secret("sk-key")).prepare(*head, out);
  return out;
}

TEST(OpenAi, ReplacesHostAndCredentialsInPlace) {
  EXPECT_EQ(prepared("POST /v1/chat/completions?a=%20 HTTP/1.1\r\nX-First: 1\r\nhost: "
                     "gateway\r\nAuthorization: Bearer client\r\n"
                     "X-Dup: 1\r\nContent-Length: 2\r\nx-dup: 2\r\n\r\n"),
            "POST /prefix/v1/chat/completions?a=%20 HTTP/1.1\r\nX-First: 1\r\nhost: "
            "api.example\r\nAuthorization: Bearer sk-key\r\n"
            "X-Dup: 1\r\nContent-Length: 2\r\nx-dup: 2\r\n\r\n");
}

TEST(OpenAi, AddsCredentialsWhereTheClientHadNone) {
  EXPECT_EQ(
      prepared("GET /v1/models HTTP/1.0\r\n\r\n", "http://127.0.0.1:8000"),
      "GET /v1/models HTTP/1.1\r\nHost: 127.0.0.1:8000\r\nAuthorization: Bearer sk-key\r\n\r\n");
}

TEST(OpenAi, NothingOfTheClientsIdentityLeaves) {
  const std::string out = prepared(
      "POST /v1/x HTTP/1.1\r\nHost: g\r\nAuthorization: a1\r\nauthorization: a2\r\napi-key: "
      "a3\r\nX-Api-Key: a4\r\n"
      "X-LLM-Tenant: a5\r\nX-Tenant: a6\r\nProxy-Authorization: a7\r\n\r\n");
  EXPECT_EQ(
      out,
      "POST /prefix/v1/x HTTP/1.1\r\nHost: api.example\r\nAuthorization: Bearer sk-key\r\n\r\n");
}

TEST(OpenAi, DropsHopByHopFields) {
  EXPECT_EQ(prepared("POST /v1/x HTTP/1.1\r\nHost: g\r\nConnection: keep-alive, X-Mine\r\nX-Mine: "
                     "1\r\nKeep-Alive: 5\r\n"
                     "TE: trailers\r\nUpgrade: websocket\r\nTransfer-Encoding: Chunked\r\nTrailer: "
                     "X-Sum\r\n\r\n"),
            "POST /prefix/v1/x HTTP/1.1\r\nHost: api.example\r\nTransfer-Encoding: "
            "chunked\r\nTrailer: X-Sum\r\n"
            "Authorization: Bearer sk-key\r\n\r\n");
}

TEST(OpenAi, TakesANewKey) {
  OpenAi provider(*parse_http_url("http://h"), Secret("old"));
  provider.set_key(Secret("new"));
  const auto head = http::parse_request_head("GET /v1/m HTTP/1.1\r\nHost: g\r\n\r\n", storage);
  std::string out;
  provider.prepare(*head, out);
  EXPECT_NE(out.find("Authorization: Bearer new\r\n"), out.npos);
  EXPECT_EQ(out.find("old"), out.npos);
}

}  // namespace
}  // namespace llmgw::proxy
