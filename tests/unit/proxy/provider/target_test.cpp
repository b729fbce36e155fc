// SPDX-License-Identifier: MIT
// Queries without a parameter, and names as segments of a path.
#include "proxy/provider/target.hpp"

#include <gtest/gtest.h>

namespace llmgw::proxy {
namespace {

std::string without_key(std::string_view query) {
  std::string out;
  append_without_parameter(out, query, "key");
  EXPECT_EQ(out != query, has_parameter(query, "key")) << query;
  return out;
}

TEST(Target, LosesAParameterWhereverItStands) {
  EXPECT_EQ(without_key("?key=s"), "");
  EXPECT_EQ(without_key("?key="), "");
  EXPECT_EQ(without_key("?key=s&alt=sse"), "?alt=sse");
  EXPECT_EQ(without_key("?alt=sse&key=s"), "?alt=sse");
  EXPECT_EQ(without_key("?a=1&key=s&b=2"), "?a=1&b=2");
  EXPECT_EQ(without_key("?key=s&key=t"), "");
  EXPECT_EQ(without_key("?key=s&a=1&key=t&b=2&key="), "?a=1&b=2");
  EXPECT_EQ(without_key("?key=a=b?c%26d&x"), "?x");
  EXPECT_EQ(without_key("?&key=s"), "?");
  EXPECT_EQ(without_key("?key=s&"), "?");
  EXPECT_EQ(without_key("?a&&key=s&&b"), "?a&&&b");
}

// Nothing else changes: not what is empty or odd, nor a name that is spelt in another way.
TEST(Target, KeepsAllOtherParameters) {
  for (const std::string_view query :
       {"",         "?",        "?&",        "?a=%20",    "?%6bey=s",
        "?%6Bey=s", "?k%65y=s", "?Key=s",    "?KEY=s",    "?key",
        "?key&a",   "?keys=s",  "?monkey=s", "?a=key=s",  "?metadata[key]=s",
        "?a;key=s", "? key=s",  "??key=s",   "?%26key=s", "?a=1&b=2&"}) {
    EXPECT_EQ(without_key(query), query);
  }
}

TEST(Target, HasTwoParts) {
  EXPECT_EQ(parts_of("/v1/x?a?b").path, "/v1/x");
  EXPECT_EQ(parts_of("/v1/x?a?b").query, "?a?b");
  EXPECT_EQ(parts_of("/v1/x").query, "");
  EXPECT_EQ(parts_of("").path, "");
}

std::string segment(std::string_view text) {
  std::string out;
  append_segment(out, text);
  return out;
}

TEST(Target, EncodesWhatMayNotStandInASegment) {
  EXPECT_EQ(segment("gpt-4o_1.x~"), "gpt-4o_1.x~");
  EXPECT_EQ(segment("a b:c?d#e\"\xc3\xa9\r\n"), "a%20b%3Ac%3Fd%23e%22%C3%A9%0D%0A");
}

// Dots that a server could take for a way up, now or once it has decoded.
TEST(Target, LetsNoNameLeadUp) {
  EXPECT_EQ(segment(".."), "--");
  EXPECT_EQ(segment("."), "-");
  EXPECT_EQ(segment("../../x.y"), "--%2F--%2Fx-y");
  EXPECT_EQ(segment("..\\x"), "--%5Cx");
  EXPECT_EQ(segment("%2e%2e"), "%252e%252e");
  EXPECT_EQ(segment("..;"), "--%3B");
  EXPECT_EQ(segment("a..b"), "a..b");
  EXPECT_EQ(segment(""), "");
}

TEST(Target, TakesAnotherModel) {
  const std::string target = "/v1beta/models/a:b?c";
  std::string out;
  append_with_model(out, target, std::string_view(target).substr(15, 1), "x y");
  EXPECT_EQ(out, "/v1beta/models/x%20y:b?c");
  out.clear();
  append_with_model(out, target, std::string_view(target).substr(15, 1), "");
  EXPECT_EQ(out, target);
  out.clear();
  append_with_model(out, target, {}, "x");
  EXPECT_EQ(out, target);
}

}  // namespace
}  // namespace llmgw::proxy
