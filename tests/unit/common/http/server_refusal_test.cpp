// SPDX-License-Identifier: MIT
// What the server refuses, and how.
#include "common/http/server.hpp"

#include "tests/unit/common/http/server_fixture.hpp"

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

TEST_F(HttpRefusalTest, AsksForABodyThatIsHeldBack) {
  constexpr std::string_view fields = "Expect: 100-continue\r\nContent-Length: 3\r\n";
  RawClient client = connect();
  client.send(post("/echo", fields, ""));
  EXPECT_EQ(client.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("abc");
  EXPECT_TRUE(starts(client.read_response(), "HTTP/1.1 200 "));
  client.send(post("/echo", fields, "abc"));  // does not wait, so is not told to go on
  EXPECT_TRUE(starts(client.read_response(), "HTTP/1.1 200 "));
  client.send(post("/nowhere", fields, ""));  // a final answer is enough (RFC 9110 section 10.1.1)
  EXPECT_TRUE(starts(client.read_all(), "HTTP/1.1 404 "));
}

TEST_F(HttpRefusalTest, BoundsBodies) {
  const std::string most(body_limit, 'a');
  const std::string more(body_limit + 1, 'a');
  RawClient client = connect();
  client.send(post("/echo", "Content-Length: 100\r\n", most));
  EXPECT_TRUE(ends(client.read_response(), most));
  client.send(post("/echo", "Transfer-Encoding: chunked\r\n", "64\r\n" + most + "\r\n0\r\n\r\n"));
  EXPECT_TRUE(ends(client.read_response(), most));
  for (const std::string& request : {
           post("/echo", "Content-Length: 101\r\n", more),
           post("/echo", "Content-Length: 999999999999\r\n", ""),
           post("/echo", "Content-Length: 101\r\nExpect: 100-continue\r\n", ""),
           post("/echo", "Transfer-Encoding: chunked\r\n", "65\r\n" + more + "\r\n0\r\n\r\n"),
       }) {
    RawClient refused = connect();
    refused.send(request);
    EXPECT_TRUE(starts(refused.read_response(), "HTTP/1.1 400 ")) << request;
  }
  EXPECT_TRUE(
      starts(converse(post("/echo", "Transfer-Encoding: chunked\r\n", "x\r\n")), "HTTP/1.1 400 "));
}

TEST_F(HttpRefusalTest, LetsAClientThatStillSendsReadItsRefusal) {
  RawClient client = connect();
  client.send(post("/echo", "Content-Length: 900000\r\n", std::string(900'000, 'a')));
  EXPECT_TRUE(starts(client.read_all(), "HTTP/1.1 400 "));
}

}  // namespace
}  // namespace llmgw::http
