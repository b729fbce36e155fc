// SPDX-License-Identifier: MIT
// What an end point takes for a request, wherever its bytes are cut.
#include "common/http/endpoint_parser.hpp"

#include <gtest/gtest.h>

#include <boost/asio/buffer.hpp>

namespace llmgw::http {
namespace {

namespace asio = boost::asio;

/// One message in pieces: its head, then its body where that is chunked.
class Reading {
 public:
  explicit Reading(std::size_t most = 1000, BodyShare* share = nullptr) {
    parser_.collect(body_, most, share);
  }

  /// True once the message is whole; the error is in fault().
  bool feed(std::string_view bytes) {
    buffer_.commit(asio::buffer_copy(buffer_.prepare(bytes.size()), asio::buffer(bytes)));
    if (!has_head_) {
      const auto taken = parser_.take_head(buffer_);
      if (taken.has_error()) fault_ = errc_of(taken.error());
      if (taken.has_error() || !*taken) return false;
      has_head_ = true;
    }
    if (!parser_.head().is_chunked) return true;
    const auto taken = parser_.take_chunks(buffer_);
    if (taken.has_error()) fault_ = errc_of(taken.error());
    return taken.has_value() && *taken;
  }
  const EndpointHead& head() const { return parser_.head(); }
  const std::string& body() const { return body_; }
  errc fault() const { return fault_; }
  std::size_t unread() const { return buffer_.size(); }

 private:
  EndpointParser parser_;
  boost::beast::flat_buffer buffer_;
  std::string body_;
  errc fault_ = errc::ok;
  bool has_head_ = false;
};

errc fault_of(std::string_view message) {
  Reading reading;
  EXPECT_FALSE(reading.feed(message)) << message.substr(0, 80);
  return reading.fault();
}

TEST(EndpointParser, ReadsAMessageWhereverItIsCut) {
  const std::string message =
      "\r\nPOST /events?a=b HTTP/1.1\r\nHost: x:80\r\nX-Empty:\r\nTransfer-Encoding: Chunked\r\n"
      "Authorization:  Bearer a \r\n\r\n"
      "3;a=\"b c\";d\r\nabc\r\n0A\r\n0123456789\r\n000\r\nX-Trailer: y\r\n\r\n";
  for (std::size_t cut = 0; cut < message.size(); ++cut) {
    Reading reading;
    ASSERT_FALSE(reading.feed(message.substr(0, cut))) << cut;
    ASSERT_EQ(reading.fault(), errc::ok) << cut;
    ASSERT_TRUE(reading.feed(message.substr(cut) + "GET")) << cut;
    EXPECT_EQ(reading.head().method, "POST");
    EXPECT_EQ(reading.head().target, "/events?a=b");
    EXPECT_EQ(reading.head().path(), "/events");
    EXPECT_EQ(reading.head().fields.size(), 4U);
    EXPECT_EQ(reading.head().value("authorization"), "Bearer a");
    EXPECT_EQ(reading.head().count("x-empty"), 1U);
    EXPECT_EQ(reading.body(), "abc0123456789");
    EXPECT_EQ(reading.unread(), 3U) << cut;
  }
  Reading byte_by_byte;
  for (std::size_t i = 0; i + 1 < message.size(); ++i)
    ASSERT_FALSE(byte_by_byte.feed(message.substr(i, 1)));
  EXPECT_TRUE(byte_by_byte.feed(message.substr(message.size() - 1)));
  EXPECT_EQ(byte_by_byte.body(), "abc0123456789");
}

TEST(EndpointParser, TellsWhatTheHeadSays) {
  Reading counted;
  EXPECT_TRUE(
      counted.feed("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 007\r\n"
                   "Expect: 100-Continue\r\nConnection: a, Close\r\n\r\n"));
  EXPECT_EQ(counted.head().content_length, 7U);
  EXPECT_TRUE(counted.head().expects_continue);
  EXPECT_FALSE(counted.head().keep_alive);
  Reading old;
  EXPECT_TRUE(old.feed("GET http://h:1/a?b HTTP/1.0\r\nExpect: 100-continue\r\n\r\n"));
  EXPECT_EQ(old.head().target, "/a?b");
  EXPECT_EQ(old.head().minor_version, 0);
  EXPECT_FALSE(old.head().keep_alive);
  EXPECT_FALSE(old.head().expects_continue);
  Reading any;
  EXPECT_TRUE(any.feed("OPTIONS * HTTP/1.1\r\nHost:\r\n\r\n"));
  EXPECT_EQ(any.head().target, "*");
  EXPECT_FALSE(any.head().content_length.has_value());
}

// All of them are read in more than one way by somebody.
TEST(EndpointParser, RefusesDoubtfulHeads) {
  const std::string start = "GET / HTTP/1.1\r\nHost: x\r\n";
  const std::string heads[] = {
      "GET / HTTP/1.1\r\n\r\n",
      "GET / HTTP/1.1\nHost: x\n\n",
      "GET / HTTP/2.0\r\nHost: x\r\n\r\n",
      "GET  / HTTP/1.1\r\nHost: x\r\n\r\n",
      "GET /a b HTTP/1.1\r\nHost: x\r\n\r\n",
      "GET /#a HTTP/1.1\r\nHost: x\r\n\r\n",
      "GET /\xe4 HTTP/1.1\r\nHost: x\r\n\r\n",
      "GET * HTTP/1.1\r\nHost: x\r\n\r\n",
      "GET http://u@x/ HTTP/1.1\r\nHost: x\r\n\r\n",
      "GET ftp://x/ HTTP/1.1\r\nHost: x\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n",
      "GET / HTTP/1.1\r\n Host: x\r\n\r\n",
      start + "Host: x\r\n\r\n",
      start + "A : b\r\n\r\n",
      start + "A: b\r\n c\r\n\r\n",
      start + "A:\r\n\tb\r\n\r\n",
      start + "A: b\r\n \r\n\r\n",
      start + "A: b\nC: d\r\n\r\n",
      start + "A: b\rC: d\r\n\r\n",
      start + std::string("A: b\0c\r\n\r\n", 11),
      start + "Content-Length: 1, 1\r\n\r\n",
      start + "Content-Length: 1\r\nContent-Length: 1\r\n\r\n",
      start + "Content-Length: +1\r\n\r\n",
      start + "Content-Length:\r\n\r\n",
      start + "Content-Length: 18446744073709551617\r\n\r\n",
      start + "Content-Length:\r\n 1\r\n\r\n",
      start + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
      start + "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n",
      start + "Transfer-Encoding: gzip\r\nContent-Length: 1\r\n\r\n",
      start + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
      start + "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n",
      "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
  };
  for (const std::string& each : heads) EXPECT_EQ(fault_of(each), errc::malformed_message) << each;
  for (const char* coding : {"gzip", "gzip, chunked", "chunked, identity", "chunked;a", "chunked,"})
    EXPECT_EQ(fault_of(start + "Transfer-Encoding: " + coding + "\r\n\r\n"),
              errc::unsupported_coding)
        << coding;
  EXPECT_EQ(fault_of("CONNECT h:1 HTTP/1.1\r\nHost: h:1\r\n\r\n"), errc::unsupported_method);
}

TEST(EndpointParser, BoundsHeads) {
  const std::string start = "GET / HTTP/1.1\r\nHost: x\r\n";
  std::string fields;
  for (std::size_t i = 1; i < EndpointHead::most_fields; ++i) fields += "a: b\r\n";
  EXPECT_TRUE(Reading().feed(start + fields + "\r\n"));
  EXPECT_EQ(fault_of(start + fields + "a: b\r\n\r\n"), errc::head_too_large);
  const std::string room(EndpointHead::most_bytes - start.size() - 7, 'a');
  EXPECT_TRUE(Reading().feed(start + "A: " + room + "\r\n\r\n"));
  EXPECT_EQ(fault_of(start + "A: a" + room + "\r\n\r\n"), errc::head_too_large);
  EXPECT_EQ(fault_of(start + "A: " + room + "aaaa"), errc::head_too_large);
  const std::string target(EndpointHead::most_target, '/');
  EXPECT_TRUE(Reading().feed("GET " + target + " HTTP/1.1\r\nHost: x\r\n\r\n"));
  EXPECT_EQ(fault_of("GET /" + target + " HTTP/1.1\r\nHost: x\r\n\r\n"), errc::target_too_long);
  Reading in_pieces;  // however a head comes, its sum counts
  ASSERT_FALSE(in_pieces.feed(start));
  for (int i = 0; i < 70 && in_pieces.fault() == errc::ok; ++i)
    ASSERT_FALSE(in_pieces.feed("A: " + std::string(1000, 'a') + "\r\n"));
  EXPECT_EQ(in_pieces.fault(), errc::head_too_large);
}

TEST(EndpointParser, RefusesBrokenChunks) {
  const std::string head = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  const std::string bodies[] = {
      "x\r\n",
      "0x3\r\nabc\r\n0\r\n\r\n",
      "-1\r\n",
      " 3\r\nabc\r\n",
      "3\r\nabcd\r\n0\r\n\r\n",
      "10000000000000003\r\nabc\r\n",
      "3;a\rb\r\nabc\r\n",
      "3;a=\"\n\"\r\nabc\r\n",
      "3;a\nb\r\nabc\r\n0\r\n\r\n",
      "3\r\nabc\n0\r\n\r\n",
      "0\r\nX : y\r\n\r\n",
      "0\r\nX: y\r\n z\r\n\r\n",
      "0\r\nContent-Length: 1\r\n\r\n",
      std::string(5'000, '0') + "3\r\nabc\r\n",
      "3;" + std::string(20'000, 'a') + "\r\nabc\r\n",
      "0\r\nX: " + std::string(20'000, 'a'),
  };
  for (const std::string& each : bodies)
    EXPECT_EQ(fault_of(head + each), errc::malformed_message) << each.substr(0, 40);
}

TEST(EndpointParser, BoundsTheFramingOfABody) {
  const std::string head = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  Reading small_chunks(10'000);
  ASSERT_FALSE(small_chunks.feed(head));
  for (int i = 0; i < 5'000; ++i) ASSERT_FALSE(small_chunks.feed("1\r\na\r\n"));
  EXPECT_EQ(small_chunks.fault(), errc::ok);
  EXPECT_TRUE(small_chunks.feed("0\r\n\r\n"));
  Reading long_extensions(10'000);
  ASSERT_FALSE(long_extensions.feed(head));
  const std::string chunk = "1;" + std::string(4'000, 'a') + "\r\na\r\n";
  for (int i = 0; i < 10 && long_extensions.fault() == errc::ok; ++i)
    ASSERT_FALSE(long_extensions.feed(chunk));
  EXPECT_EQ(long_extensions.fault(), errc::malformed_message);
}

TEST(EndpointParser, BoundsThePayloadOfABody) {
  const std::string message =
      "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
      "3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n";
  EXPECT_TRUE(Reading(6).feed(message));
  Reading little(5);
  EXPECT_FALSE(little.feed(message));
  EXPECT_EQ(little.fault(), errc::body_too_large);
  BodyBudget budget(5);
  {
    BodyShare share(budget);
    Reading poor(6, &share);
    EXPECT_FALSE(poor.feed(message));
    EXPECT_EQ(poor.fault(), errc::overloaded);
    EXPECT_EQ(budget.held(), 3U);
  }
  EXPECT_EQ(budget.held(), 0U);
}

}  // namespace
}  // namespace llmgw::http
