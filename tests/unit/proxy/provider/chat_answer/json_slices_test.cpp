// SPDX-License-Identifier: MIT
// Slices of JSON texts, good and bad.
#include "proxy/provider/chat_answer/json_slices.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "tests/support/in_pieces.hpp"

namespace llmgw::proxy::chat_answer {
namespace {

constexpr std::array<std::string_view, 2> names{"a", "b"};

TEST(JsonSlices, MembersAreSlices) {
  const auto members = members_of(R"( { "b" : {"a":1} , "c":2,"a":"x\"y" } )", names);
  ASSERT_TRUE(members);
  EXPECT_EQ((*members)[0], R"("x\"y")");
  EXPECT_EQ((*members)[1], R"({"a":1})");
}

TEST(JsonSlices, NullIsAbsentAndTheLastOfANameCounts) {
  const auto members = members_of(R"({"a":1,"a":2,"b":3,"b":null})", names);
  ASSERT_TRUE(members);
  EXPECT_EQ((*members)[0], "2");
  EXPECT_EQ((*members)[1], "");
}

TEST(JsonSlices, WhatIsNoObject) {
  for (const std::string_view text : {"", " ", "[]", "1", "null", "{", "{}}", "{\"a\"}", "{\"a\":}",
                                      "{\"a\":1,}", "{\"a\":1 \"b\":2}", "{\"a\":1}x"})
    EXPECT_FALSE(members_of(Piece(text).view(), names)) << text;
  EXPECT_TRUE(members_of("{}", names));
  EXPECT_TRUE(members_of(" {\n} ", names));
}

std::vector<std::string> elements_of(std::string_view text, bool is_array) {
  const Piece piece(text);
  JsonElements elements(piece.view());
  std::vector<std::string> all;
  while (const auto element = elements.next()) all.emplace_back(*element);
  EXPECT_EQ(elements.is_array(), is_array) << text;
  return all;
}

TEST(JsonSlices, Elements) {
  using All = std::vector<std::string>;
  EXPECT_EQ(elements_of("[]", true), All{});
  EXPECT_EQ(elements_of(" [ ] ", true), All{});
  EXPECT_EQ(elements_of(R"([1, {"a":[2]} ,"x"])", true), (All{"1", R"({"a":[2]})", "\"x\""}));
  EXPECT_EQ(elements_of("[1,2", false), All{"1"});
  EXPECT_EQ(elements_of("[1,]", false), All{"1"});
  EXPECT_EQ(elements_of("[1]x", false), All{});
  for (const std::string_view text : {"", "{}", "1", "[", "[,1]", "[]]"})
    EXPECT_EQ(elements_of(text, false), All{});
}

TEST(JsonSlices, Scalars) {
  EXPECT_EQ(text_of(R"("a\"b")"), R"(a\"b)");
  EXPECT_EQ(text_of("1"), "");
  EXPECT_EQ(text_of(""), "");
  EXPECT_EQ(count_of("17"), 17u);
  EXPECT_EQ(count_of("17.0"), 17u);
  for (const std::string_view value : {"", "-1", "1.5", "\"1\"", "true", "1e99"})
    EXPECT_FALSE(count_of(value)) << value;
  EXPECT_TRUE(is_empty_object("{}"));
  EXPECT_TRUE(is_empty_object("{ \n}"));
  EXPECT_FALSE(is_empty_object("{\"a\":1}"));
  EXPECT_FALSE(is_empty_object("[]"));
  EXPECT_FALSE(is_empty_object(""));
}

TEST(JsonSlices, UnescapedIsBounded) {
  EXPECT_EQ(unescaped(R"(a\n\u00e4\ud83d\ude00\\)", 100), "a\n\xc3\xa4\xf0\x9f\x98\x80\\");
  EXPECT_EQ(unescaped("abcdef", 3), "abc");
  EXPECT_EQ(unescaped(R"(ab\u00e4)", 3), "ab");
  EXPECT_EQ(unescaped(R"(\u00e4\u00e4\u00e4)", 4), "\xc3\xa4\xc3\xa4");
  EXPECT_EQ(unescaped("", 4), "");
}

}  // namespace
}  // namespace llmgw::proxy::chat_answer
