// SPDX-License-Identifier: MIT
// Slices of JSON text: members, elements, and what strings stand for.
#include "common/json/items.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace llmgw::json_items {
namespace {

std::vector<std::string> elements(std::string_view array) {
  std::vector<std::string> all;
  JsonElements each(array);
  for (std::string_view element; each.next(element);) all.emplace_back(element);
  return all;
}

std::vector<std::string> members(std::string_view object) {
  std::vector<std::string> all;
  JsonMembers each(object);
  for (JsonMember member; each.next(member);)
    all.push_back(std::string(member.key) + "=" + std::string(member.value));
  return all;
}

using Texts = std::vector<std::string>;

TEST(JsonItems, ElementsAndMembersAsTheyAreWritten) {
  EXPECT_EQ(elements(R"([ 1.0 , "a,]" ,[2,[3]],{"x":[]}])"),
            (Texts{"1.0", R"("a,]")", "[2,[3]]", R"({"x":[]})"}));
  EXPECT_EQ(members(R"({ "a" : 1 , "b\"" :{"c":2}})"), (Texts{"a=1", R"(b\"={"c":2})"}));
  for (const char* const none : {"[]", "[ ]", "{}", "1", "null", "\"[1]\"", ""}) {
    EXPECT_TRUE(elements(none).empty() && members(none).empty()) << none;
  }
}

TEST(JsonItems, TheLastMemberOfANameCounts) {
  EXPECT_EQ(member_of(R"({"a":1,"b":2,"\u0061":3})", "a"), "3");
  EXPECT_EQ(member_of(R"({"a":null})", "a"), "null");
  EXPECT_EQ(member_of(R"({"a":1})", "b"), "");
  EXPECT_EQ(member_of(R"([{"a":1}])", "a"), "");
}

TEST(JsonItems, WholeTextsAlone) {
  for (const char* const good : {"{}", " [1] ", "null", "-1e5"}) EXPECT_TRUE(is_json(good)) << good;
  for (const char* const bad : {"", " ", "{", "{}{}", "{} x", "\xef\xbb\xbf{}", "01"})
    EXPECT_FALSE(is_json(bad)) << bad;
}

TEST(JsonItems, VacantValues) {
  for (const char* const none : {"", "null", "\"\"", "[]", "{}", "[ \n]"})
    EXPECT_TRUE(is_vacant(none)) << none;
  for (const char* const some : {"0", "false", "\" \"", "[0]", R"({"":0})"})
    EXPECT_FALSE(is_vacant(some)) << some;
}

TEST(JsonItems, TextsMayBeSpeltWithEscapes) {
  EXPECT_TRUE(is_text(R"(r\u006fle)", "role") && is_text("role", "role"));
  EXPECT_FALSE(is_text(R"(r\u006fles)", "role") || is_text("Role", "role"));
  EXPECT_EQ(decoded(R"(a\n\u00e4\ud83d\ude00\/)"), "a\n\xc3\xa4\xf0\x9f\x98\x80/");
}

TEST(JsonItems, BlanksOfStrings) {
  for (const char* const blank : {"", " ", R"(\n\t)", R"(\u0020 \u000A)"})
    EXPECT_TRUE(is_blank(blank)) << blank;
  for (const char* const some : {"a", R"(\\)", R"( \u00e4)", R"(\\n)"})
    EXPECT_FALSE(is_blank(some)) << some;
  EXPECT_EQ(without_blank_end(R"( a\\n \n\u0020)"), R"( a\\n)");
  EXPECT_EQ(without_blank_end(R"(\n)"), "");
}

TEST(JsonItems, Numbers) {
  EXPECT_EQ(number_of("1.50e1"), 15.0);
  EXPECT_EQ(number_of("-0"), 0.0);
  for (const char* const none : {"\"1\"", "null", "1e999", ""})
    EXPECT_FALSE(number_of(none).has_value()) << none;
}

}  // namespace
}  // namespace llmgw::json_items
