// SPDX-License-Identifier: MIT
// The reader in both forms: what it takes, where it stops, and a full parser beside it.
#include "common/json/reader.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "tests/support/in_pieces.hpp"

namespace llmgw {
namespace {

using Any = JsonReader<JsonForm::any>;
using Plain = JsonReader<JsonForm::plain>;

// How many bytes the value at the front takes; nothing where none is there.
template <class Reader>
std::optional<std::size_t> value_size(std::string_view text) {
  const Piece copy(text);
  const Reader reader(copy.view());
  const char* const end = reader.value(reader.begin());
  if (end == nullptr) return std::nullopt;
  return reader.offset(end);
}

template <class Reader>
bool takes(std::string_view text) {
  return value_size<Reader>(text) == text.size();
}

TEST(JsonReader, TakesWhatIsJsonInBothForms) {
  for (const std::string_view text : {R"("")",
                                      R"("a")",
                                      R"("\"\\\/\b\f\n\r\t")",
                                      R"("\u00e9")",
                                      R"("\uABCDx")",
                                      R"("\ud83d\ude00\uDBFF\uDFFF")",
                                      "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\x7f\"",
                                      "0",
                                      "-0",
                                      "1",
                                      "-12.50",
                                      "0.0",
                                      "1e5",
                                      "1E+05",
                                      "-2.5e-10",
                                      "18446744073709551616",
                                      "true",
                                      "false",
                                      "null",
                                      "{}",
                                      "[]",
                                      "{ }",
                                      "[\t ]",
                                      "[1,2]",
                                      "[ 1 ,\t2 ]",
                                      R"({"":0})",
                                      R"({"a":{"b":[[],{},"}"]},"c" : -1})"}) {
    EXPECT_TRUE(takes<Any>(text)) << text;
    EXPECT_TRUE(takes<Plain>(text)) << text;
    EXPECT_EQ(value_size<Any>(std::string(text) + ",x"), text.size());
  }
}

TEST(JsonReader, RefusesWhatIsNoJsonInBothForms) {
  for (const std::string_view text : {"",
                                      "\"",
                                      "\"a",
                                      R"("\)",
                                      R"("\")",
                                      R"("\x")",
                                      R"("\u12g4")",
                                      R"("\u12)",
                                      "-",
                                      "+1",
                                      ".5",
                                      "1.",
                                      "01",
                                      "-01",
                                      "1e",
                                      "1e+",
                                      "tru",
                                      "True",
                                      "nul",
                                      "NaN",
                                      "{",
                                      "[",
                                      "}",
                                      "]",
                                      "[,]",
                                      "[1,]",
                                      "[1 2]",
                                      "[1}",
                                      "{]",
                                      "{1:2}",
                                      "{a:1}",
                                      "{\"a\"}",
                                      "{\"a\":}",
                                      "{\"a\":1,}",
                                      "{,}",
                                      "{\"a\" 1}",
                                      "{\"a\":1 \"b\":2}",
                                      "{\"a\":1,2}",
                                      "[[]",
                                      "[{}",
                                      "{\"a\":[}",
                                      "'a'",
                                      "/**/1"}) {
    EXPECT_FALSE(takes<Any>(text)) << text;
    EXPECT_FALSE(takes<Plain>(text)) << text;
  }
  EXPECT_FALSE(takes<Any>(std::string_view("\0", 1)));
  EXPECT_FALSE(takes<Any>(std::string_view("[\0]", 3)));
}

TEST(JsonReader, TheFormsDifferInWhatParsersDifferIn) {
  const std::string digits(100, '9');
  for (const std::string& text :
       {std::string("[\n]"), std::string("{\r\n\"a\":\n1}"), std::string(R"("\ud83d")"),
        std::string(R"("\ude00\ud83d")"), std::string(R"("\ud83d\u0041")"),
        std::string(R"("\ud83dx")"), std::string(R"("\ud83d\n")"), std::string("\"\xff\""),
        std::string("\"\xed\xa0\x80\""), std::string("\"\xc3\""), std::string("\"\x01\""),
        std::string("\"\n\""), std::string("\"\0\"", 3), digits + "9", "0." + digits,
        std::string("1e100"), std::string("1e400")}) {
    EXPECT_TRUE(takes<Any>(text)) << text;
    EXPECT_FALSE(takes<Plain>(text)) << text;
  }
  EXPECT_TRUE(takes<Plain>(digits));
}

TEST(JsonReader, EveryCutOfAPairIsNone) {
  const std::string text = R"("\ud83d\ude00")";
  for (std::size_t size = 0; size < text.size(); ++size) {
    EXPECT_FALSE(value_size<Plain>(text.substr(0, size))) << size;
    EXPECT_FALSE(value_size<Any>(text.substr(0, size))) << size;
  }
}

// Each length and place of a byte that is looked at by itself, over the ends of all blocks.
TEST(JsonReader, FindsTheEndOfAStringWhereverItIs) {
  for (std::size_t size = 0; size < 80; ++size) {
    const std::string inside(size, 'x');
    std::string_view content;
    const Piece copy('"' + inside + "\"\"");
    const Plain plain(copy.view());
    EXPECT_EQ(plain.offset(plain.string(plain.begin(), content)), size + 2);
    EXPECT_EQ(content, inside);
    for (std::size_t at = 0; at < size; ++at) {
      for (const std::string_view special : {"\\\"", "\xc3\xa9", "\\u0041", "\xff", "\\x"}) {
        const std::string text = '"' + std::string(inside).replace(at, 1, special) + '"';
        const bool is_bad = special == "\\x";
        EXPECT_EQ(takes<Any>(text), !is_bad) << text;
        EXPECT_EQ(takes<Plain>(text), !is_bad && special != "\xff") << text;
        EXPECT_FALSE(takes<Any>(text.substr(0, text.size() - 1))) << text;
        EXPECT_FALSE(takes<Plain>(text.substr(0, text.size() - 1))) << text;
      }
    }
  }
}

TEST(JsonReader, GivesKeysAndValuesAsTheyAreWritten) {
  const std::string text = "  { \"a\\u0062\" :\n [1, {\"x\":2}] ,\"\":-1.50e0}rest";
  const Any reader(text);
  JsonMember member;
  const char* at = reader.token(reader.blanks(reader.begin()), '{');
  ASSERT_NE(at, nullptr);
  at = reader.member(reader.blanks(at), member);
  ASSERT_NE(at, nullptr);
  EXPECT_EQ(member.key, "a\\u0062");
  EXPECT_EQ(member.value, "[1, {\"x\":2}]");
  at = reader.token(reader.blanks(at), ',');
  ASSERT_NE(at, nullptr);
  at = reader.member(at, member);
  ASSERT_NE(at, nullptr);
  EXPECT_EQ(member.key, "");
  EXPECT_EQ(member.value, "-1.50e0");
  at = reader.token(at, '}');
  ASSERT_NE(at, nullptr);
  EXPECT_EQ(text.substr(reader.offset(at)), "rest");
  EXPECT_EQ(reader.remaining(at), 4U);
  EXPECT_NE(reader.token(at, "rest"), nullptr);
  EXPECT_EQ(reader.token(at, "rests"), nullptr);
  EXPECT_EQ(reader.member(at, member), nullptr);
}

TEST(JsonReader, CountsUpToNineteenDigits) {
  const auto count = [](std::string_view text) -> std::optional<std::uint64_t> {
    const Plain reader(text);
    std::uint64_t value = 0;
    if (reader.count(reader.begin(), value) == nullptr) return std::nullopt;
    return value;
  };
  EXPECT_EQ(count("0"), 0U);
  EXPECT_EQ(count("7,"), 7U);
  EXPECT_EQ(count("9999999999999999999"), 9'999'999'999'999'999'999U);
  for (const auto* text : {"", "-1", "00", "01", "10000000000000000000", "x", ".5"})
    EXPECT_FALSE(count(text)) << text;
}

template <class Reader>
void expect_depth() {
  for (const std::string_view brackets : {"[]", "{}"}) {
    const std::string opening = brackets == "[]" ? "[" : "{\"a\":";
    for (const std::size_t levels :
         {Reader::deepest - 1, Reader::deepest, Reader::deepest + 1, std::size_t{300'000}}) {
      std::string text;
      for (std::size_t i = 0; i + 1 < levels; ++i) text += opening;
      text += brackets;
      text.append(levels - 1, brackets[1]);
      EXPECT_EQ(takes<Reader>(text), levels <= Reader::deepest) << levels;
    }
  }
}

TEST(JsonReader, FollowsNestingToItsLimit) {
  expect_depth<Any>();
  expect_depth<Plain>();
}

// Of a level that is closed by the other kind of bracket, at every depth.
TEST(JsonReader, KnowsWhichBracketClosesWhich) {
  for (unsigned kinds = 0; kinds < 64; ++kinds) {
    std::string opening;
    std::string closing;
    for (unsigned level = 0; level < 6; ++level) {
      const bool is_object = (kinds >> level & 1) != 0;
      opening += is_object ? "{\"a\":" : "[";
      closing.insert(closing.begin(), is_object ? '}' : ']');
    }
    EXPECT_TRUE(takes<Any>(opening + "1" + closing));
    for (char& each : closing) {
      each = each == '}' ? ']' : '}';
      EXPECT_FALSE(takes<Any>(opening + "1" + closing));
      each = each == '}' ? ']' : '}';
    }
  }
}

const std::vector<std::string>& corpus() {
  static const std::vector<std::string> texts{
      R"({"model":"m","n":1.50e0,"stream":true,"messages":[{"role":"user","content":"h\u00e9 \"x\""}]})",
      "{ \"a\" : [ 1 , -2.5E+1 , { } , [ ] , null , false ] ,\t\"b\":\"\xc3\xa9\xf0\x9f\x98\x80\" "
      "}",
      R"([[[]],[{"":{"a":[0]}}],"\ud83d\ude00","\\"])",
      "-10.25e-7",
  };
  return texts;
}

// What the parser says; nothing where it is no judge: a NUL is its end of the text, and a byte
// order mark is passed over.
std::optional<bool> is_json(const std::string& text) {
  if (text.find('\0') != std::string::npos || text.starts_with('\xef')) return std::nullopt;
  return nlohmann::json::accept(text);
}

bool has_odd_strings(std::string_view text) {
  if (text.find("\\ud") != text.npos || text.find("\\uD") != text.npos) return true;
  return std::any_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x80 || byte < 0x20;
  });
}

// The forms that only one of the two takes.
bool is_beyond_plain(std::string_view text) {
  std::size_t digits = 0;
  std::size_t since_exponent = 3;
  for (const char c : text) {
    const bool is_digit = c >= '0' && c <= '9';
    digits = is_digit ? digits + 1 : 0;
    if (digits >= 3 && since_exponent == 0) return true;
    if (c == 'e' || c == 'E') since_exponent = 0;
    if (!is_digit && c != '+' && c != '-' && c != 'e' && c != 'E') since_exponent = 3;
  }
  return text.find_first_of("\r\n") != text.npos;
}

std::size_t size_without_blanks_behind(std::string_view text) {
  return text.find_last_not_of(" \t\r\n") + 1;
}

void compare(const std::string& text, std::size_t& taken) {
  const auto expected = is_json(text);
  if (!expected) return;
  const std::size_t first = std::min(text.find_first_not_of(" \t\r\n"), text.size());
  const std::string_view value = std::string_view(text).substr(
      first, std::max(size_without_blanks_behind(text), first) - first);
  const bool any = takes<Any>(value);
  const bool plain = takes<Plain>(value);
  ASSERT_TRUE(!plain || any) << text;
  ASSERT_TRUE(!plain || *expected) << text;
  ASSERT_TRUE(!*expected || any) << text;
  ASSERT_TRUE(!*expected || plain || is_beyond_plain(text)) << text;
  ASSERT_TRUE(!any || *expected || has_odd_strings(text) || is_beyond_plain(text)) << text;
  taken += any ? 1U : 0U;
}

TEST(JsonReader, AgreesWhereOneByteIsAnother) {
  std::size_t taken = 0;
  for (const std::string& text : corpus()) {
    for (std::size_t i = 0; i < text.size(); ++i) {
      for (int byte = 0; byte < 256; ++byte) {
        std::string changed = text;
        changed[i] = static_cast<char>(byte);
        ASSERT_NO_FATAL_FAILURE(compare(changed, taken));
      }
    }
  }
  EXPECT_GT(taken, 5'000U);
}

TEST(JsonReader, AgreesOnEveryCutAndEveryGap) {
  std::size_t taken = 0;
  for (const std::string& text : corpus()) {
    for (std::size_t i = 0; i < text.size(); ++i) {
      for (std::size_t size = 1; size <= text.size() - i; ++size) {
        ASSERT_NO_FATAL_FAILURE(compare(std::string(text).erase(i, size), taken));
        ASSERT_NO_FATAL_FAILURE(compare(text.substr(i, size), taken));
      }
    }
  }
  EXPECT_GT(taken, 500U);
}

TEST(JsonReader, AgreesOnRandomMixtures) {
  constexpr std::array<std::string_view, 30> pieces{
      "{",       "}",  "[",      "]",        ",",    ":",    "\"a\"", "\"a\":", "\"\"", " ",
      "\n",      "0",  "-1.5e3", "1e400",    "true", "null", "\"\\",  "\"",     "\\u",  "d83d",
      "{\"a\":", "[1", "]}",     "\xc3\xa9", "\xff", "-",    ".",     "00",     "e1",   "\t"};
  std::mt19937 random(7);
  std::size_t taken = 0;
  for (int round = 0; round < 200'000; ++round) {
    std::string text;
    for (auto count = random() % 8 + 1; count > 0; --count)
      text += pieces[random() % pieces.size()];
    ASSERT_NO_FATAL_FAILURE(compare(text, taken));
  }
  EXPECT_GT(taken, 5'000U);
}

}  // namespace
}  // namespace llmgw
