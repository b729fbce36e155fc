// SPDX-License-Identifier: MIT
// The request head as the upstream gets it.
#include "proxy/provider/request_head.hpp"

#include <gtest/gtest.h>

#include "proxy/provider/openai/dialect.hpp"

namespace llmgw::proxy {
namespace {

http::FieldStorage storage;

Destination destination(std::string_view credentials = "Bearer sk-key") {
  return {openai_dialect, "/prefix", "api.example", credentials};
}

std::string written(std::string_view text, const Destination& to = destination(),
                    const HeadChanges& changes = {}) {
  const auto head = http::parse_request_head(text, storage);
  EXPECT_TRUE(head.has_value()) << text;
  std::string out;
  append_request_head(out, *head, to, changes);
  return out;
}

TEST(RequestHead, ReplacesHostAndCredentialsInPlace) {
  EXPECT_EQ(written("POST /v1/chat/completions?a=%20 HTTP/1.1\r\nX-First: 1\r\nhost: "
                    "gateway\r\nAuthorization: Bearer client\r\n"
                    "X-Dup: 1\r\nContent-Length: 2\r\nx-dup: 2\r\n\r\n"),
            "POST /prefix/v1/chat/completions?a=%20 HTTP/1.1\r\nX-First: 1\r\nhost: "
            "api.example\r\nAuthorization: Bearer sk-key\r\n"
            "X-Dup: 1\r\nContent-Length: 2\r\nx-dup: 2\r\n\r\n");
}

// Leading zeros are allowed (RFC 9110 section 8.6), and octal to some.
TEST(RequestHead, WritesALengthAnew) {
  EXPECT_EQ(written("POST /v1/x HTTP/1.1\r\nHost: g\r\ncontent-length: 00012\r\nX: y\r\n\r\n"),
            "POST /prefix/v1/x HTTP/1.1\r\nHost: api.example\r\ncontent-length: 12\r\nX: y\r\n"
            "Authorization: Bearer sk-key\r\n\r\n");
}

TEST(RequestHead, TellsTheLengthOfAnEditedBody) {
  EXPECT_EQ(written("POST /v1/x HTTP/1.1\r\nHost: g\r\ncontent-length: 12\r\nX: y\r\n\r\n",
                    destination(), {.length = 53}),
            "POST /prefix/v1/x HTTP/1.1\r\nHost: api.example\r\ncontent-length: 53\r\nX: y\r\n"
            "Authorization: Bearer sk-key\r\n\r\n");
  EXPECT_EQ(
      written("POST /v1/x HTTP/1.1\r\nHost: g\r\nTransfer-Encoding: chunked\r\n\r\n",
              destination(""), {.length = 53}),
      "POST /prefix/v1/x HTTP/1.1\r\nHost: api.example\r\nTransfer-Encoding: chunked\r\n\r\n");
}

TEST(RequestHead, AsksForNoContentCoding) {
  const HeadChanges changes{.is_uncoded = true};
  EXPECT_EQ(written("GET / HTTP/1.1\r\nHost: g\r\nACCEPT-encoding: gzip, br\r\n"
                    "X-Accept-Encoding: gzip\r\nAccept-Encoding: zstd\r\nAccept-Encodings: a"
                    "\r\n\r\n",
                    destination(""), changes),
            "GET /prefix/ HTTP/1.1\r\nHost: api.example\r\nACCEPT-encoding: identity\r\n"
            "X-Accept-Encoding: gzip\r\nAccept-Encodings: a\r\n\r\n");
  EXPECT_EQ(
      written("GET / HTTP/1.1\r\nHost: g\r\nAccept-Encoding: \r\n\r\n", destination(""), changes),
      "GET /prefix/ HTTP/1.1\r\nHost: api.example\r\nAccept-Encoding: identity\r\n\r\n");
  EXPECT_EQ(written("GET / HTTP/1.1\r\nHost: g\r\nAccept-Encoding: gzip\r\n\r\n", destination("")),
            "GET /prefix/ HTTP/1.1\r\nHost: api.example\r\nAccept-Encoding: gzip\r\n\r\n");
}

TEST(RequestHead, AddsCredentialsWhereTheClientHadNone) {
  EXPECT_EQ(written("GET /v1/models HTTP/1.0\r\n\r\n"),
            "GET /prefix/v1/models HTTP/1.1\r\nHost: api.example\r\nAuthorization: Bearer sk-key"
            "\r\n\r\n");
}

// A local server without a key; the client's own is no business of it either.
TEST(RequestHead, SendsNoCredentialsWhereThereAreNone) {
  EXPECT_EQ(written("GET /v1/models HTTP/1.1\r\nHost: g\r\nAuthorization: Bearer client\r\n\r\n",
                    destination("")),
            "GET /prefix/v1/models HTTP/1.1\r\nHost: api.example\r\n\r\n");
}

TEST(RequestHead, KeepsTheChoiceOfAnUpstreamToItselfOnlyWhereThatIsOne) {
  const std::string text =
      "GET /v1/x HTTP/1.1\r\nHost: g\r\nx-llm-provider: local\r\nX-LLM-Providers: a\r\n\r\n";
  const std::string begin = "GET /prefix/v1/x HTTP/1.1\r\nHost: api.example\r\n";
  EXPECT_EQ(written(text, destination("")),
            begin + "x-llm-provider: local\r\nX-LLM-Providers: a\r\n\r\n");
  EXPECT_EQ(written(text, destination(""), {.hides_choice = true}),
            begin + "X-LLM-Providers: a\r\n\r\n");
}

TEST(RequestHead, NothingOfTheClientsIdentityLeaves) {
  const std::string out = written(
      "POST /v1/x HTTP/1.1\r\nHost: g\r\nAuthorization: a1\r\nauthorization: a2\r\napi-key: "
      "a3\r\nX-Api-Key: a4\r\n"
      "X-LLM-Tenant: a5\r\nX-Tenant: a6\r\nProxy-Authorization: a7\r\n\r\n");
  EXPECT_EQ(
      out,
      "POST /prefix/v1/x HTTP/1.1\r\nHost: api.example\r\nAuthorization: Bearer sk-key\r\n\r\n");
}

TEST(RequestHead, DropsHopByHopFields) {
  EXPECT_EQ(written("POST /v1/x HTTP/1.1\r\nHost: g\r\nConnection: keep-alive, X-Mine\r\nX-Mine: "
                    "1\r\nKeep-Alive: 5\r\n"
                    "TE: trailers\r\nUpgrade: websocket\r\nTransfer-Encoding: Chunked\r\nTrailer: "
                    "X-Sum\r\n\r\n"),
            "POST /prefix/v1/x HTTP/1.1\r\nHost: api.example\r\nTransfer-Encoding: "
            "chunked\r\nTrailer: X-Sum\r\n"
            "Authorization: Bearer sk-key\r\n\r\n");
}

}  // namespace
}  // namespace llmgw::proxy
