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

// Leading zeros are allowed (RFC 9110 section 8.6), and octal to some.
TEST(OpenAi, WritesALengthAnew) {
  const auto head = http::parse_request_head(
      "POST /v1/x HTTP/1.1\r\nHost: g\r\ncontent-length: 00012\r\nX: y\r\n\r\n", storage);
  std::string out;
  const std::size_t length_at =
      OpenAi(*parse_http_url("http://h"), Secret("k")).prepare(*head, out);
  EXPECT_EQ(out,
            "POST /v1/x HTTP/1.1\r\nHost: h\r\ncontent-length: 12\r\nX: y\r\n"
            "Authorization: Bearer k\r\n\r\n");
  EXPECT_EQ(out.substr(length_at, 4), "12\r\n");
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

TEST(OpenAi, TellsWhereTheLengthStands) {
  const OpenAi provider(*parse_http_url("http://h"), Secret("k"));
  const auto head = http::parse_request_head(
      "POST /v1/x HTTP/1.1\r\nHost: g\r\ncontent-LENGTH:  42 \r\nX: 42\r\n\r\n", storage);
  std::string out = "before";
  const std::size_t at = provider.prepare(*head, out);
  EXPECT_EQ(out.substr(at, 4), "42\r\n");
  EXPECT_EQ(out.find("42"), at);
  const auto without = http::parse_request_head("GET /v1/x HTTP/1.1\r\nHost: g\r\n\r\n", storage);
  EXPECT_EQ(provider.prepare(*without, out), out.npos);
}

bool may_be_asked(const std::string& line, const std::string& fields) {
  const OpenAi provider(*parse_http_url("http://h"), Secret("k"));
  const std::string text = line + " HTTP/1.1\r\nHost: g\r\nContent-Length: 1\r\n" + fields + "\r\n";
  const auto head = http::parse_request_head(text, storage);
  EXPECT_TRUE(head.has_value()) << text;
  return provider.streams_usage_on_demand(*head) && provider.allows_edit(*head);
}

TEST(OpenAi, ChatCompletionsInJsonMayBeAskedForUsage) {
  const std::string chat = "POST /v1/chat/completions";
  EXPECT_TRUE(may_be_asked(chat, ""));
  EXPECT_TRUE(may_be_asked(chat + "?api-version=1", "Content-Type: application/json\r\n"));
  EXPECT_TRUE(may_be_asked(chat, "content-type: Application/JSON ; charset=utf-8\r\n"));
  EXPECT_TRUE(may_be_asked(chat, "Content-Encoding: identity\r\nCache-Control: no-cache\r\n"));
  for (const char* field :
       {"Content-Type: multipart/form-data; boundary=x", "Content-Type: text/plain",
        "Cache-Control: no-transform", "cache-control: no-cache, no-transform"})
    EXPECT_TRUE(may_be_asked(chat, std::string(field) + "\r\n")) << field;
  for (const char* line : {"GET /v1/chat/completions", "POST /v1/completions", "POST /v1/responses",
                           "POST /v1/chat/completions/x", "POST /v1/x/v1/chat/completions"})
    EXPECT_FALSE(may_be_asked(line, "")) << line;
  for (const char* field : {"Content-Encoding: gzip", "Content-MD5: x", "Digest: x",
                            "Content-Digest: x", "repr-digest: x", "Signature: x"})
    EXPECT_FALSE(may_be_asked(chat, std::string(field) + "\r\n")) << field;
}

bool is_filtered(const std::string& status, const std::string& fields) {
  const OpenAi provider(*parse_http_url("http://h"), Secret("k"));
  const std::string text = "HTTP/1.1 " + status + " X\r\n" + fields + "\r\n";
  const auto head = http::parse_response_head(text, storage, false);
  EXPECT_TRUE(head.has_value()) << text;
  return provider.usage_filter(*head) != nullptr;
}

TEST(OpenAi, StreamsThatCanBeReadAreFiltered) {
  const std::string events = "Content-Type: text/event-stream; charset=utf-8\r\n";
  EXPECT_TRUE(is_filtered("200", events));
  EXPECT_TRUE(is_filtered("200", events + "Content-Length: 5\r\n"));
  EXPECT_TRUE(is_filtered("200", "Transfer-Encoding: chunked\r\n"));
  EXPECT_TRUE(
      is_filtered("200", "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n"));
  EXPECT_FALSE(is_filtered("200", events + "Content-Encoding: gzip\r\n"));
  EXPECT_FALSE(is_filtered("200", "Content-Type: application/json\r\nContent-Length: 5\r\n"));
  EXPECT_FALSE(is_filtered("200", "Content-Type: audio/mpeg\r\n"));
  EXPECT_FALSE(is_filtered("400", events));
  EXPECT_FALSE(is_filtered("204", events));
}

}  // namespace
}  // namespace llmgw::proxy
