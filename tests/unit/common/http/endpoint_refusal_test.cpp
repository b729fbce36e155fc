// SPDX-License-Identifier: MIT
// What an end point and its router refuse, and how.
#include "common/http/router.hpp"

#include "tests/unit/common/http/endpoint_fixture.hpp"

namespace llmgw::http {
namespace {

using EndpointRefusalTest = EndpointServerTest;

TEST_F(EndpointRefusalTest, TellsUnknownPathsFromUnfitMethods) {
  RawClient client = connect();
  client.send("GET /hello/ HTTP/1.1\r\nHost: x\r\n\r\n");
  const std::string unknown = client.read_response();
  EXPECT_TRUE(starts(unknown, "HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\n"));
  EXPECT_TRUE(has(unknown, R"("type":"invalid_request_error","param":null,"code":"unknown_url")"));
  client.send("DELETE /hello?a=b HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(starts(client.read_response(), "HTTP/1.1 405 Method Not Allowed\r\n"));
  client.send("GET /hello?a=b HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(client.read_response(), hello_answer);
}

TEST_F(EndpointRefusalTest, RefusesWhatIsNoRequest) {
  struct Case {
    int status;
    std::string bytes;
  };
  std::string fields;
  for (int i = 0; i < 260; ++i) fields += "a: b\r\n";
  const std::string start = "GET /hello HTTP/1.1\r\nHost: x\r\n";
  const Case cases[] = {
      {400, "GET /hello HTTP/1.1\r\n\r\n"},
      {400, "GET /hello HTTP/1.1\nHost: x\n\n"},
      {400, "GET /hello HTTP/2.0\r\nHost: x\r\n\r\n"},
      {405, "CONNECT h:443 HTTP/1.1\r\nHost: h\r\n\r\n"},
      {400, start + "Host: y\r\n\r\n"},
      {400, start + "A : b\r\n\r\n"},
      {400, start + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"},
      {400, start + "Transfer-Encoding: gzip, chunked\r\n\r\n"},
      {400, "\x16\x03\x01\x02\n"},
      {431, start + "A: " + std::string(70'000, 'a') + "\r\n\r\n"},
      {431, start + "A: " + std::string(300'000, 'a')},
      {431, start + fields + "\r\n"},
      {431, "GET /" + std::string(17'000, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n"},
  };
  for (const Case& each : cases) {
    const std::string answer = converse(each.bytes);
    const std::string shown = each.bytes.substr(0, 60);
    EXPECT_TRUE(starts(answer, "HTTP/1.1 " + std::to_string(each.status) + " ")) << shown;
    EXPECT_TRUE(has(answer, "\r\nConnection: close\r\n")) << shown;
  }
  EXPECT_TRUE(becomes_empty());
}

TEST_F(EndpointRefusalTest, GivesUpOnHeadsThatDoNotEnd) {
  EXPECT_TRUE(starts(converse("GET /hello HTTP/1.1\r\nHo"), "HTTP/1.1 408 "));
}

TEST_F(EndpointRefusalTest, AsksForABodyThatIsHeldBack) {
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

TEST_F(EndpointRefusalTest, BoundsBodies) {
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
    EXPECT_TRUE(starts(refused.read_response(), "HTTP/1.1 413 ")) << request;
  }
  EXPECT_TRUE(
      starts(converse(post("/echo", "Transfer-Encoding: chunked\r\n", "x\r\n")), "HTTP/1.1 400 "));
}

TEST_F(EndpointRefusalTest, LetsAClientThatStillSendsReadItsRefusal) {
  RawClient client = connect();
  client.send(post("/echo", "Content-Length: 900000\r\n", std::string(900'000, 'a')));
  EXPECT_TRUE(starts(client.read_all(), "HTTP/1.1 413 "));
}

}  // namespace
}  // namespace llmgw::http
