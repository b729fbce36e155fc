// SPDX-License-Identifier: MIT
// Escaping: known cases at every alignment, and any bytes at all against an independent parser.
#include "common/json/escape.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>

namespace llmgw {
namespace {

using namespace std::string_literals;

std::string as_json(std::string_view text) {
  std::string out;
  append_json_string(text, out);
  return out;
}

TEST(JsonEscape, OfKnownTextsAtEveryOffset) {
  const std::pair<std::string, std::string> cases[] = {
      {"", ""},
      {"plain ~ text", "plain ~ text"},
      {"\"", "\\\""},
      {"\\", "\\\\"},
      {"\n\r\t", "\\n\\r\\t"},
      {"\0"s, "\\u0000"},
      {"\x1f", "\\u001f"},
      {"\x7f", "\x7f"},
      {"\u00e4\u20ac\U0001f600", "\u00e4\u20ac\U0001f600"},
      {"\u2028", "\u2028"},
      {"\xff", "\ufffd"},
      {"\x80", "\ufffd"},
      {"\xc3", "\ufffd"},
      {"\xc3(", "\ufffd("},
      {"\xe2\x82", "\ufffd\ufffd"},
      {"\xc0\xaf", "\ufffd\ufffd"},                      // overlong
      {"\xe0\x9f\xbf", "\ufffd\ufffd\ufffd"},            // overlong
      {"\xed\xa0\x80", "\ufffd\ufffd\ufffd"},            // surrogate
      {"\xf0\x8f\xbf\xbf", "\ufffd\ufffd\ufffd\ufffd"},  // overlong
      {"\xf4\x90\x80\x80", "\ufffd\ufffd\ufffd\ufffd"},  // above U+10FFFF
      {"\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf"},
      {"\xf5\x80\x80\x80", "\ufffd\ufffd\ufffd\ufffd"},
  };
  for (const auto& [text, escaped] : cases) {
    for (std::size_t before = 0; before < 17; ++before) {
      for (std::size_t after : {0U, 1U, 9U}) {
        const std::string left(before, 'l');
        const std::string right(after, 'r');
        EXPECT_EQ(as_json(left + text + right), '"' + left + escaped + right + '"');
      }
    }
  }
}

TEST(JsonEscape, OfEachSingleByteIsReadBack) {
  for (int byte = 0; byte < 256; ++byte) {
    for (std::size_t before = 0; before < 9; ++before) {
      const std::string text = std::string(before, 'x') + static_cast<char>(byte) + "yyyyyyyy";
      const auto parsed = nlohmann::json::parse(as_json(text)).get<std::string>();
      if (byte < 0x80) {
        EXPECT_EQ(parsed, text);
      } else {
        EXPECT_EQ(parsed, std::string(before, 'x') + "\ufffdyyyyyyyy");
      }
    }
  }
}

TEST(JsonEscape, OfAnyBytesIsValidAndAgreesWithTheParser) {
  std::mt19937 random(11);
  for (int i = 0; i < 20'000; ++i) {
    std::string text(random() % 40, '\0');
    for (char& c : text) c = static_cast<char>(random());
    const auto parsed = nlohmann::json::parse(as_json(text), nullptr, false);
    ASSERT_TRUE(parsed.is_string());
    // Without what must be escaped, the parser is an oracle for UTF-8: valid text comes back
    // unchanged, invalid text does not.
    std::erase_if(text, [](char c) { return (c >= 0 && c < 0x20) || c == '"' || c == '\\'; });
    const bool is_unchanged = as_json(text) == '"' + text + '"';
    ASSERT_EQ(is_unchanged, nlohmann::json::accept('"' + text + '"'));
  }
}

TEST(Bounded, CutsBetweenCharacters) {
  EXPECT_EQ(bounded("abc", 3), "abc");
  EXPECT_EQ(bounded("abcd", 3), "abc");
  EXPECT_EQ(bounded("", 0), "");
  EXPECT_EQ(bounded("a", 0), "");
  EXPECT_EQ(bounded("ab\u00e4", 3), "ab");
  EXPECT_EQ(bounded("ab\u00e4c", 4), "ab\u00e4");
  EXPECT_EQ(bounded("a\U0001f600", 4), "a");
  EXPECT_EQ(bounded("a\U0001f600", 3), "a");
  EXPECT_EQ(bounded("a\U0001f600", 2), "a");
  EXPECT_EQ(bounded("\x80\x80\x80\x80\x80\x80", 5), "\x80\x80\x80\x80\x80");
  EXPECT_EQ(bounded("\x80\x80", 1), "\x80");
}

}  // namespace
}  // namespace llmgw
