// SPDX-License-Identifier: MIT
// Copies keep spelling, and never end a line.
#include "proxy/provider/chat_answer/json_copy.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>

namespace llmgw::proxy::chat_answer {
namespace {

std::string raw(std::string_view text) {
  std::string out;
  append_raw(text, out);
  return out;
}
std::string escaped(std::string_view text) {
  std::string out;
  append_escaped(text, out);
  return out;
}

TEST(JsonCopy, RawKeepsItsSpelling) {
  const std::string_view odd = R"(\ud800\u2028\/\u00E4 é \x7f)";
  EXPECT_EQ(raw(odd), odd);
  EXPECT_EQ(raw(std::string(1000, 'x')), std::string(1000, 'x'));
  EXPECT_EQ(raw(""), "");
  EXPECT_EQ(raw("\x7f\xff"), "\x7f\xff");
}

TEST(JsonCopy, RawEscapesBareControls) {
  using namespace std::literals;
  EXPECT_EQ(raw("a\n\nb\rc\0d\x1f"sv), R"(a\n\nb\rc\u0000d\u001f)");
}

TEST(JsonCopy, EscapedIsTheSameInSlices) {
  std::string text;
  for (int i = 0; i < 2000; ++i) text += i % 7 == 0 ? "\xc3\xa4" : i % 5 == 0 ? "\"\\\n" : "x";
  for (std::size_t from = 0; from < 8; ++from) {
    const std::string part = text.substr(from);
    if ((static_cast<unsigned char>(part[0]) & 0xc0) == 0x80) continue;
    EXPECT_EQ(nlohmann::json::parse("\"" + escaped(part) + "\"").get<std::string>(), part);
  }
  EXPECT_EQ(escaped(std::string(600, '\x80')).size(), 1800u);
}

TEST(JsonCopy, CountsAndNulls) {
  std::string out;
  append_count(0, out);
  append_count(std::numeric_limits<std::uint64_t>::max(), out);
  append_text_or_null("", out);
  append_text_or_null("a\"", out);
  EXPECT_EQ(out, R"(018446744073709551615null"a\"")");
}

}  // namespace
}  // namespace llmgw::proxy::chat_answer
