// SPDX-License-Identifier: MIT
// What is held leaves as it came, or edited; both frame what they carry.
#include "proxy/upstream/held_request.hpp"

#include <gtest/gtest.h>

#include "proxy/provider/openai/usage_edit.hpp"

namespace llmgw::proxy {
namespace {

const std::string body = R"({"stream":true,"messages":[]})";
const std::string edited_body =
    R"({"stream":true,"messages":[],"stream_options":{"include_usage":true}})";
constexpr http::Framing length{http::Framing::Kind::length, 29};
constexpr http::Framing chunked{http::Framing::Kind::chunked, 0};

std::string flatten(Gather& out) {
  std::string bytes;
  for (const iovec& each : out.pieces())
    bytes.append(static_cast<const char*>(each.iov_base), each.iov_len);
  EXPECT_EQ(out.size(), bytes.size());
  return bytes;
}

std::string hex(std::size_t number) {
  char digits[20];
  return {digits, static_cast<std::size_t>(snprintf(digits, sizeof digits, "%zx", number))};
}

void append(HeldRequest& request, std::string_view bytes) {
  Gather pieces;
  pieces.add(bytes);
  request.append(pieces.pieces());
}

// What leaves of it; empty if it is not edited.
std::string edited(const std::string& first, const std::string& rest, http::Framing framing) {
  HeldBytes total;
  HeldRequest request(total, framing);
  append(request, first);
  append(request, rest);
  EXPECT_GE(total.size(), first.size() + rest.size());
  EXPECT_EQ(request.size(), first.size() + rest.size());
  const bool is_edited = request.edit(openai_usage_edit);
  Gather out;
  request.add_as_came(out);
  EXPECT_EQ(flatten(out), first + rest);
  if (!is_edited) return {};
  out.clear();
  request.add_edited(out);
  EXPECT_EQ(request.edited_size(), edited_body.size());
  return flatten(out);
}

TEST(HeldRequest, IsPutTogetherFromPieces) {
  ASSERT_EQ(body.size(), 29u);
  for (std::size_t cut = 0; cut <= body.size(); ++cut)
    EXPECT_EQ(edited(body.substr(0, cut), body.substr(cut), length), edited_body) << cut;
}

TEST(HeldRequest, IsOneChunkOnceItIsEditedAndKeepsItsTrailers) {
  const std::string first = "5\r\n" + body.substr(0, 5) + "\r\n";
  const std::string rest = "18\r\n" + body.substr(5) + "\r\n0\r\nX-Sum: 1\r\n\r\n";
  EXPECT_EQ(edited(first, rest, chunked),
            hex(edited_body.size()) + "\r\n" + edited_body + "\r\n0\r\nX-Sum: 1\r\n\r\n");
}

TEST(HeldRequest, IsNotEditedWhereThereIsNothingToAsk) {
  EXPECT_EQ(edited(R"({"stream":false})", "", length), "");
  EXPECT_EQ(edited("0\r\n\r\n", "", chunked), "");
  EXPECT_EQ(edited("", "", chunked), "");
}

// Another upstream may want another edit, or none.
TEST(HeldRequest, MayBeEditedAgain) {
  HeldBytes total;
  HeldRequest request(total, chunked);
  append(request, "1d\r\n" + body + "\r\n0\r\n\r\n");
  for (int i = 0; i < 2; ++i) {
    EXPECT_TRUE(request.edit(openai_usage_edit));
    Gather out;
    request.add_edited(out);
    EXPECT_EQ(flatten(out), hex(edited_body.size()) + "\r\n" + edited_body + "\r\n0\r\n\r\n");
  }
}

TEST(HeldRequest, IsCountedAsLongAsItIsHeld) {
  HeldBytes total;
  {
    HeldRequest request(total, length);
    append(request, body);
    const std::size_t alone = total.size();
    EXPECT_GE(alone, body.size());
    HeldRequest other(total, length);
    append(other, body);
    EXPECT_GE(total.size(), alone + body.size());
  }
  EXPECT_EQ(total.size(), 0u);
}

}  // namespace
}  // namespace llmgw::proxy
