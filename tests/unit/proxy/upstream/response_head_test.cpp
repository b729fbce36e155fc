// SPDX-License-Identifier: MIT
// The response head as the client gets it.
#include "proxy/upstream/response_head.hpp"

#include <gtest/gtest.h>

namespace llmgw::proxy {
namespace {

http::FieldStorage storage;

std::string rewritten(std::string_view text, int client_minor, bool keep_alive = true,
                      std::string_view id = "req_1") {
  const auto head = http::parse_response_head(text, storage, false);
  EXPECT_TRUE(head.has_value()) << text;
  std::string out;
  append_response_head(out, *head, response_form(*head, client_minor), id, keep_alive,
                       client_minor);
  return out;
}

TEST(ResponseHeadOut, KeepsOrderDuplicatesAndSpelling) {
  EXPECT_EQ(rewritten("HTTP/1.1 200 Fine Indeed\r\nset-cookie: a\r\nX-B: 1\r\nSet-Cookie: "
                      "b\r\nContent-Length: 3\r\n\r\n",
                      1),
            "HTTP/1.1 200 Fine Indeed\r\nset-cookie: a\r\nX-B: 1\r\nSet-Cookie: "
            "b\r\nContent-Length: 3\r\n"
            "X-LLM-Request-ID: req_1\r\n\r\n");
}

TEST(ResponseHeadOut, DropsWhatBelongsToOneConnection) {
  EXPECT_EQ(
      rewritten(
          "HTTP/1.1 200 OK\r\nConnection: close, x-drop\r\nX-Drop: 1\r\nKeep-Alive: timeout=5\r\n"
          "Upgrade: h2c\r\nProxy-Connection: close\r\nX-LLM-Request-ID: theirs\r\nContent-Length: "
          "0\r\n\r\n",
          1),
      "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX-LLM-Request-ID: req_1\r\n\r\n");
}

TEST(ResponseHeadOut, ConnectionCannotUnframeTheBody) {
  const std::string out =
      rewritten("HTTP/1.1 200 OK\r\nConnection: content-length\r\nContent-Length: 3\r\n\r\n", 1);
  EXPECT_NE(out.find("Content-Length: 3"), out.npos);
}

TEST(ResponseHeadOut, WritesALengthAnew) {
  EXPECT_EQ(rewritten("HTTP/1.1 200 OK\r\ncontent-length: 0003\r\n\r\n", 1),
            "HTTP/1.1 200 OK\r\ncontent-length: 3\r\nX-LLM-Request-ID: req_1\r\n\r\n");
}

TEST(ResponseHeadOut, FramingFollowsTheClientsVersion) {
  const std::string chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  const std::string until_close = "HTTP/1.0 200 OK\r\n\r\n";
  EXPECT_EQ(rewritten(chunked, 1),
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-LLM-Request-ID: req_1\r\n\r\n");
  EXPECT_EQ(rewritten(chunked, 0, false),
            "HTTP/1.1 200 OK\r\nX-LLM-Request-ID: req_1\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(rewritten(until_close, 1),
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-LLM-Request-ID: req_1\r\n\r\n");
  EXPECT_EQ(rewritten("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 0),
            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX-LLM-Request-ID: req_1\r\nConnection: "
            "keep-alive\r\n\r\n");
}

TEST(ResponseHeadOut, AFilteredBodyIsFramedAnew) {
  const std::string with_length = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\nX-A: b\r\n\r\n";
  const std::string chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-A: b\r\n\r\n";
  for (const std::string& each : {with_length, chunked}) {
    for (const int minor : {0, 1}) {
      const auto head = http::parse_response_head(each, storage, false);
      const BodyForm form = response_form(*head, minor, true);
      std::string out;
      append_response_head(out, *head, form, "req_1", minor > 0, minor);
      EXPECT_EQ(out, minor > 0 ? "HTTP/1.1 200 OK\r\nX-A: b\r\nTransfer-Encoding: "
                                 "chunked\r\nX-LLM-Request-ID: req_1\r\n\r\n"
                               : "HTTP/1.1 200 OK\r\nX-A: b\r\nX-LLM-Request-ID: "
                                 "req_1\r\nConnection: close\r\n\r\n");
    }
  }
}

TEST(ResponseHeadOut, InterimHeadsGetNothingAdded) {
  EXPECT_EQ(rewritten("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", 1, true, ""),
            "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
}

// RFC 9110 section 8.6: none of these has a body, and only 304 may tell the length of one.
TEST(ResponseHeadOut, NoLengthWhereThereIsNoBody) {
  EXPECT_EQ(rewritten("HTTP/1.1 204 No Content\r\nContent-Length: 5\r\nX: y\r\n\r\n", 1),
            "HTTP/1.1 204 No Content\r\nX: y\r\nX-LLM-Request-ID: req_1\r\n\r\n");
  EXPECT_EQ(rewritten("HTTP/1.1 102 Processing\r\nContent-Length: 5\r\n\r\n", 1, true, ""),
            "HTTP/1.1 102 Processing\r\n\r\n");
  EXPECT_EQ(rewritten("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", 1),
            "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\nX-LLM-Request-ID: req_1\r\n\r\n");
}

}  // namespace
}  // namespace llmgw::proxy
