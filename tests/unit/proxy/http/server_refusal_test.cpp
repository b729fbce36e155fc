// SPDX-License-Identifier: MIT
// What the server refuses, and how.
#include "proxy/http/server.hpp"

#include "tests/unit/proxy/http/server_fixture.hpp"

namespace llmgw::http {
namespace {

using HttpRefusalTest = HttpServerTest;

TEST_F(HttpRefusalTest, RefusesWhatIsNoRequest) {
  struct Case {
    errc fault;
    std::string bytes;
  };
  std::string fields;
  for (int i = 0; i < 260; ++i) fields += "a: b\r\n";
  const std::string start = "GET /hello HTTP/1.1\r\nHost: x\r\n";
  const Case cases[] = {
      {errc::malformed_message, "GET /hello HTTP/1.1\r\n\r\n"},
      {errc::malformed_message, "GET /hello HTTP/1.1\nHost: x\n\n"},
      {errc::unsupported_version, "GET /hello HTTP/2.0\r\nHost: x\r\n\r\n"},
      {errc::unsupported_method, "CONNECT h:443 HTTP/1.1\r\nHost: h\r\n\r\n"},
      {errc::malformed_message, start + "Host: y\r\n\r\n"},
      {errc::malformed_message, start + "A : b\r\n\r\n"},
      {errc::malformed_message, start + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"},
      {errc::unsupported_coding, start + "Transfer-Encoding: gzip, chunked\r\n\r\n"},
      {errc::malformed_message, "\x16\x03\x01\x02\n"},
      {errc::head_too_large, start + "A: " + std::string(70'000, 'a') + "\r\n\r\n"},
      {errc::head_too_large, start + "A: " + std::string(300'000, 'a')},
      {errc::head_too_large, start + fields + "\r\n"},
      {errc::target_too_long, "GET /" + std::string(17'000, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n"},
  };
  for (const Case& each : cases) {
    const std::string answer = converse(each.bytes);
    const std::string shown = each.bytes.substr(0, 60);
    EXPECT_TRUE(ends(answer, "\r\n\r\n" + std::string(describe(each.fault)))) << shown;
    EXPECT_TRUE(has(answer, "\r\nConnection: close\r\n")) << shown;
  }
  EXPECT_TRUE(becomes_empty());
}

TEST_F(HttpRefusalTest, GivesUpOnHeadsThatDoNotEnd) {
  EXPECT_TRUE(ends(converse("GET /hello HTTP/1.1\r\nHo"), describe(errc::timed_out)));
}

// A final answer is enough (RFC 9110 section 10.1.1).
TEST_F(HttpRefusalTest, ClosesWhereABodyIsHeldBack) {
  constexpr std::string_view fields = "Expect: 100-continue\r\nContent-Length: 3\r\n";
  EXPECT_TRUE(starts(converse(post("/nowhere", fields, "")), "HTTP/1.1 404 "));
}

TEST_F(HttpRefusalTest, LetsAClientThatStillSendsReadItsAnswer) {
  RawClient client = connect();
  client.send(post("/hello", "Content-Length: 900000\r\n", std::string(900'000, 'a')));
  EXPECT_TRUE(starts(client.read_all(), "HTTP/1.1 200 "));
}

}  // namespace
}  // namespace llmgw::http
