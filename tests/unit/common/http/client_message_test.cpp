// SPDX-License-Identifier: MIT
// What a small client writes, and answers wherever their bytes are cut.
#include "common/http/client_message.hpp"

#include <gtest/gtest.h>

namespace llmgw::http {
namespace {

TEST(ClientMessage, WritesHeads) {
  EXPECT_EQ(head_of({.method = "GET", .path = "/healthz"}, "localhost"),
            "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const OutField fields[] = {{"x-api-key", "k"}, {"anthropic-version", "v"}};
  EXPECT_EQ(head_of({.method = "GET", .path = "/v1/models?a=b", .fields = fields}, "h"),
            "GET /v1/models?a=b HTTP/1.1\r\nHost: h\r\nx-api-key: k\r\n"
            "anthropic-version: v\r\n\r\n");
  EXPECT_EQ(
      head_of({"POST", "/events", "application/x-ndjson", "gzip", "Bearer a", "12345"}, "h:1"),
      "POST /events HTTP/1.1\r\nHost: h:1\r\nContent-Type: application/x-ndjson\r\n"
      "Content-Encoding: gzip\r\nAuthorization: Bearer a\r\nContent-Length: 5\r\n\r\n");
}

TEST(ClientMessage, ReadsAnAnswerWhereverItIsCut) {
  const std::string interim = "HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n";
  const std::string counted =
      interim + "HTTP/1.1 503 Slow Down\r\nretry-after: 7\r\nContent-Length: 3\r\n\r\nabc";
  const std::string chunked =
      "HTTP/1.1 503 \r\nRetry-After: 7\r\nTransfer-Encoding: chunked\r\n\r\n"
      "1\r\na\r\n2\r\nbc\r\n0\r\n\r\n";
  for (const std::string& answer : {counted, chunked}) {
    for (std::size_t cut = 0; cut < answer.size(); ++cut) {
      ResponseReader reader;
      ASSERT_FALSE(reader.take(answer.substr(0, cut)).value()) << cut;
      ASSERT_TRUE(reader.take(answer.substr(cut)).value()) << cut;
      EXPECT_TRUE(reader.keeps_alive());
      const Response response = reader.response();
      EXPECT_EQ(response.status, 503);
      EXPECT_EQ(response.body, "abc");
      EXPECT_EQ(response.retry_after, "7");
    }
  }
}

TEST(ClientMessage, TellsAnEndFromACut) {
  ResponseReader until_close;
  EXPECT_FALSE(until_close.take("HTTP/1.1 200 OK\r\n\r\nab").value());
  EXPECT_TRUE(until_close.take_end().has_value());
  EXPECT_FALSE(until_close.keeps_alive());
  EXPECT_EQ(until_close.response().body, "ab");
  EXPECT_EQ(ResponseReader().take_end().error(), errc::connection_closed);
  ResponseReader in_head;
  EXPECT_FALSE(in_head.take("HTTP/1.1 200 OK\r\nConte").value());
  EXPECT_EQ(in_head.take_end().error(), errc::malformed_message);
  ResponseReader in_body;
  EXPECT_FALSE(in_body.take("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab").value());
  EXPECT_EQ(in_body.take_end().error(), errc::connection_closed);
}

TEST(ClientMessage, KeepsNoConnectionThatIsInDoubt) {
  for (const char* answer : {"HTTP/1.1 202 A\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
                             "HTTP/1.0 202 A\r\nContent-Length: 0\r\n\r\n",
                             "HTTP/1.1 202 A\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 O\r\n\r\n"}) {
    ResponseReader reader;
    EXPECT_TRUE(reader.take(answer).value()) << answer;
    EXPECT_FALSE(reader.keeps_alive()) << answer;
  }
}

TEST(ClientMessage, RefusesWhatIsNoAnswerOrTooMuch) {
  EXPECT_EQ(ResponseReader().take("SSH-2.0-OpenSSH\r\n").error(), errc::malformed_message);
  const std::string head = "HTTP/1.1 200 OK\r\n";
  EXPECT_EQ(ResponseReader().take(head + "Content-Length: 65537\r\n\r\n").error(),
            errc::body_too_large);
  const std::string many(ResponseReader::usual_body_most + 1, 'a');
  EXPECT_EQ(ResponseReader().take(head + "\r\n" + many).error(), errc::body_too_large);
  ResponseReader patient(many.size());
  EXPECT_FALSE(patient.take(head + "\r\n" + many).value());
  EXPECT_TRUE(patient.take_end().has_value());
  EXPECT_EQ(patient.response().body, many);
}

}  // namespace
}  // namespace llmgw::http
