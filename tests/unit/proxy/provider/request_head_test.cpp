// SPDX-License-Identifier: MIT
// The request head as the upstream gets it.
#include "proxy/provider/request_head.hpp"

#include <gtest/gtest.h>

#include "proxy/provider/anthropic/dialect.hpp"
#include "proxy/provider/openai/dialect.hpp"
#include "proxy/provider/registry.hpp"

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

TEST(RequestHead, VersionAtTheEndOfAPrefixTakesThePlaceOfOurs) {
  const auto target = [](std::string_view prefix, const std::string& asked) {
    const std::string out = written("GET " + asked + " HTTP/1.1\r\nHost: g\r\n\r\n",
                                    {openai_dialect, prefix, "api.example", ""});
    return out.substr(4, out.find(' ', 4) - 4);
  };
  EXPECT_EQ(target("/v1beta/openai", "/v1/models?a=1"), "/v1beta/openai/models?a=1");
  EXPECT_EQ(target("/api/paas/v4", "/v1/models"), "/api/paas/v4/models");
  EXPECT_EQ(target("/v4", "/openai/v1/models"), "/v4/models");
  EXPECT_EQ(target("/v4", "/v1"), "/v4/v1");
  EXPECT_EQ(target("/v4/team", "/v1/models"), "/v4/team/v1/models");
  for (const char* const prefix : {"/openai", "/v", "/vllm", "/vx1", "/team/v/openai", "/2/openai"})
    EXPECT_EQ(target(prefix, "/v1/models"), std::string(prefix) + "/v1/models");
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

TEST(RequestHead, AsksForACodingOfItsOwnWhereTheBodyIsTranslated) {
  const Destination to{anthropic_dialect, "", "api.example", "sk-key"};
  for (const std::string_view asked : {"", "Accept-Encoding: br\r\nAccept-Encoding: zstd\r\n"}) {
    const std::string request = "POST /v1/chat/completions HTTP/1.1\r\nHost: g\r\n" +
                                std::string(asked) + "Content-Length: 2\r\n\r\n";
    TranslatedHead translated{"/v1/messages"};
    const HeadChanges changes{.translated = &translated};
    const auto count = [&](std::string_view field) {
      const std::string out = written(request, to, changes);
      const bool is_once = out.find("Accept-Encoding") == out.rfind("Accept-Encoding");
      return is_once && out.find(field) != out.npos;
    };
    EXPECT_TRUE(count("\r\nAccept-Encoding: identity\r\n")) << asked;
    translated.takes_gzip = true;
    EXPECT_TRUE(count("\r\nAccept-Encoding: gzip\r\n")) << asked;
  }
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
      "X-Goog-Api-Key: a8\r\nX-LLM-Tenant: a5\r\nX-Tenant: a6\r\nProxy-Authorization: a7\r\n\r\n");
  EXPECT_EQ(
      out,
      "POST /prefix/v1/x HTTP/1.1\r\nHost: api.example\r\nAuthorization: Bearer sk-key\r\n\r\n");
}

// Google's clients may write their key into the query, where logs show it.
TEST(RequestHead, NoKeyOfTheQueryLeaves) {
  const auto target = [](const std::string& sent) {
    const std::string out = written("POST " + sent + " HTTP/1.1\r\nHost: g\r\n\r\n");
    return out.substr(5, out.find(" HTTP/1.1") - 5);
  };
  EXPECT_EQ(target("/v1/x?key=secret"), "/prefix/v1/x");
  EXPECT_EQ(target("/v1/x?key=secret&alt=sse"), "/prefix/v1/x?alt=sse");
  EXPECT_EQ(target("/v1/x?alt=sse&key=secret"), "/prefix/v1/x?alt=sse");
  EXPECT_EQ(target("/v1/x?a=1&key=secret&b=%20"), "/prefix/v1/x?a=1&b=%20");
  EXPECT_EQ(target("/v1/x?%6bey=v&keys=1&key"), "/prefix/v1/x?%6bey=v&keys=1&key");
  EXPECT_EQ(target("/v1/key=x?a"), "/prefix/v1/key=x?a");
}

TEST(RequestHead, AddsWhatADialectDemandsUnlessTheClientSentIt) {
  const std::string begin = "POST /v1/messages HTTP/1.1\r\nHost: g\r\n";
  const Destination to{anthropic_dialect, "", "api.example", "k"};
  const std::string out = "POST /v1/messages HTTP/1.1\r\nHost: api.example\r\n";
  EXPECT_EQ(written(begin + "\r\n", to),
            out + "x-api-key: k\r\nanthropic-version: 2023-06-01\r\n\r\n");
  EXPECT_EQ(written(begin + "Anthropic-Version: 2026-10-21\r\nanthropic-beta: b\r\n\r\n", to),
            out + "Anthropic-Version: 2026-10-21\r\nanthropic-beta: b\r\nx-api-key: k\r\n\r\n");
  // One that is of this connection alone does not leave, so ours has to.
  EXPECT_EQ(written(begin + "Connection: anthropic-version\r\nanthropic-version: 1\r\n\r\n", to),
            out + "x-api-key: k\r\nanthropic-version: 2023-06-01\r\n\r\n");
  constexpr DefaultField own[] = {{"anthropic-version", "2026-10-21"}, {"anthropic-beta", "x"}};
  Destination with_own = to;
  with_own.defaults = own;
  EXPECT_EQ(written(begin + "anthropic-beta: b\r\n\r\n", with_own),
            out + "anthropic-beta: b\r\nx-api-key: k\r\nanthropic-version: 2026-10-21\r\n\r\n");
}

TEST(RequestHead, TellsTheBetasOfATranslatedRequestBesideTheClients) {
  const auto with = [](std::string_view beta) {
    const TranslatedHead translated{"/v1/messages", beta};
    return written("POST /v1/chat/completions HTTP/1.1\r\nHost: g\r\nanthropic-beta: own\r\n\r\n",
                   {anthropic_dialect, "", "api.example", ""}, {.translated = &translated});
  };
  const std::string begin =
      "POST /v1/messages HTTP/1.1\r\nHost: api.example\r\nanthropic-beta: own\r\n"
      "Content-Type: application/json\r\nAccept-Encoding: identity\r\n";
  const std::string end = "anthropic-version: 2023-06-01\r\n\r\n";
  EXPECT_EQ(with(""), begin + end);
  EXPECT_EQ(with("x,y"), begin + "anthropic-beta: x,y\r\n" + end);
}

// Whatever keys the client sent, exactly one leaves: ours, in the form that settings chose.
TEST(RequestHead, SendsOneKeyInTheFormOfTheDialect) {
  const std::string text =
      "POST /v1/x HTTP/1.1\r\nHost: g\r\nx-api-key: c1\r\napi-key: c2\r\nAuthorization: Bearer "
      "c3\r\nX-Goog-Api-Key: c4\r\nauthorization: c5\r\n\r\n";
  const std::string prefix = "/p";
  for (const Dialect* dialect : dialects()) {
    for (const CredentialsForm& form : {dialect->credentials, dialect->other_credentials}) {
      if (form.field.empty()) continue;
      const std::string key = std::string(form.scheme) + "ours";
      Destination to{*dialect, prefix, "a", key};
      to.form = form;
      to.defaults = {};
      const std::string out = written(text, to);
      EXPECT_EQ(out.substr(out.find("\r\n")),
                "\r\nHost: a\r\n" + std::string(form.field) + ": " + key + "\r\n\r\n");
    }
  }
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
