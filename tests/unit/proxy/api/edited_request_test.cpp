// SPDX-License-Identifier: MIT
// The edited request and the original: both frame what they carry.
#include "proxy/api/edited_request.hpp"

#include <gtest/gtest.h>

#include "proxy/provider/openai.hpp"

namespace llmgw::proxy {
namespace {

const std::string body = R"({"stream":true,"messages":[]})";
const std::string edited_body =
    R"({"stream":true,"messages":[],"stream_options":{"include_usage":true}})";

std::string flatten(Gather& out) {
  std::string bytes;
  for (const iovec& each : out.pieces())
    bytes.append(static_cast<const char*>(each.iov_base), each.iov_len);
  return bytes;
}

std::string hex(std::size_t number) {
  char digits[20];
  return {digits, static_cast<std::size_t>(snprintf(digits, sizeof digits, "%zx", number))};
}

struct Fixture : testing::Test {
  // Its request, and what leaves of it; empty if it is not edited.
  std::string edit(const std::string& head, const std::string& first, const std::string& rest,
                   http::Framing framing) {
    Gather pieces;
    pieces.add(head);
    pieces.add(first);
    const std::size_t at = head.find("29");
    request.begin(pieces, head.size(), at, framing);
    if (!rest.empty()) {
      pieces.clear();
      pieces.add(rest);
      request.append(pieces);
    }
    EXPECT_GE(total, head.size() + first.size() + rest.size());
    const bool is_edited = request.edit(provider);
    Gather out;
    request.add_original(out);
    EXPECT_EQ(flatten(out), head + first + rest);
    if (!is_edited) return {};
    out.clear();
    request.add_edited(out);
    EXPECT_EQ(out.size(), flatten(out).size());
    return flatten(out);
  }

  const OpenAi provider{*parse_http_url("http://h"), Secret("k")};
  std::size_t total = 0;
  EditedRequest request{total};
};

using EditedRequestTest = Fixture;
const std::string with_length = "POST / HTTP/1.1\r\nContent-Length: 29\r\nX: y\r\n\r\n";
const std::string with_chunks = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
constexpr http::Framing length{http::Framing::Kind::length, 29};
constexpr http::Framing chunked{http::Framing::Kind::chunked, 0};

TEST_F(EditedRequestTest, TellsItsOwnLength) {
  ASSERT_EQ(body.size(), 29u);
  EXPECT_EQ(edit(with_length, body, "", length),
            "POST / HTTP/1.1\r\nContent-Length: 69\r\nX: y\r\n\r\n" + edited_body);
  EXPECT_EQ(request.size(), body.size());
}

TEST_F(EditedRequestTest, AsksForNoContentCoding) {
  EXPECT_EQ(edit("POST / HTTP/1.1\r\nACCEPT-encoding: gzip, br\r\nX-Accept-Encoding: gzip\r\n"
                 "Content-Length: 29\r\nAccept-Encoding: zstd\r\nAccept-Encodings: a\r\n\r\n",
                 body, "", length),
            "POST / HTTP/1.1\r\nACCEPT-encoding: identity\r\nX-Accept-Encoding: gzip\r\n"
            "Content-Length: 69\r\nAccept-Encodings: a\r\n\r\n" +
                edited_body);
  request.clear();
  EXPECT_EQ(edit("POST / HTTP/1.1\r\nAccept-Encoding: \r\nTransfer-Encoding: chunked\r\n\r\n",
                 "1d\r\n" + body + "\r\n0\r\n\r\n", "", chunked),
            "POST / HTTP/1.1\r\nAccept-Encoding: identity\r\nTransfer-Encoding: chunked\r\n\r\n" +
                hex(edited_body.size()) + "\r\n" + edited_body + "\r\n0\r\n\r\n");
}

TEST_F(EditedRequestTest, IsPutTogetherFromPieces) {
  EXPECT_EQ(edit(with_length, body.substr(0, 7), body.substr(7), length),
            "POST / HTTP/1.1\r\nContent-Length: 69\r\nX: y\r\n\r\n" + edited_body);
}

TEST_F(EditedRequestTest, IsOneChunkAndKeepsItsTrailers) {
  const std::string first = "5\r\n" + body.substr(0, 5) + "\r\n";
  const std::string rest = "18\r\n" + body.substr(5) + "\r\n0\r\nX-Sum: 1\r\n\r\n";
  EXPECT_EQ(
      edit(with_chunks, first, rest, chunked),
      with_chunks + hex(edited_body.size()) + "\r\n" + edited_body + "\r\n0\r\nX-Sum: 1\r\n\r\n");
}

TEST_F(EditedRequestTest, IsNoneWhereThereIsNothingToAsk) {
  EXPECT_EQ(edit(with_length, R"({"stream":false})", "", length), "");
}

TEST_F(EditedRequestTest, IsNoneWhereTheBodyIsEmpty) {
  EXPECT_EQ(edit(with_chunks, "0\r\n\r\n", "", chunked), "");
}

TEST_F(EditedRequestTest, IsCountedAsLongAsItIsHeld) {
  edit(with_length, body, "", length);
  EXPECT_FALSE(request.is_empty());
  request.clear();
  EXPECT_TRUE(request.is_empty());
  EXPECT_EQ(total, 0u);
  {
    EditedRequest other(total);
    Gather pieces;
    pieces.add(with_length);
    other.begin(pieces, with_length.size(), 0, length);
    EXPECT_GT(total, 0u);
  }
  EXPECT_EQ(total, 0u);
}

}  // namespace
}  // namespace llmgw::proxy
