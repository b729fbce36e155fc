// SPDX-License-Identifier: MIT
// Documents known again: whatever a pattern says, a scan says the same.
#include "common/json/pattern.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "tests/support/in_pieces.hpp"
#include "tests/unit/common/json/random_json.hpp"
#include "tests/unit/common/json/scanned.hpp"

namespace llmgw {
namespace {

std::optional<JsonPattern> pattern_of(std::string_view document) {
  return JsonPattern::of(document, scan(document).finds);
}

std::string matched(JsonPattern& pattern, std::string_view document) {
  const Piece piece(document);
  const std::size_t size = pattern.match(piece.view());
  return size > 0 && size == document.size() ? to_text(pattern.values()) : "no match";
}

TEST(JsonPattern, KnowsADocumentWithOtherValues) {
  auto pattern = pattern_of(R"({"a":"text","x":[1,"y"],"b":{"c":17,"d":{"e":null}},"z":true})");
  ASSERT_TRUE(pattern);
  const std::string_view known[] = {
      R"({"a":"text","x":[1,"y"],"b":{"c":17,"d":{"e":null}},"z":true})",
      R"({"a":"other","x":[1,"y"],"b":{"c":17,"d":{"e":null}},"z":true})",
      R"({"a":"","x":[-2.5e3,"\"a\":1"],"b":{"c":170000,"d":{"e":null}},"z":true})",
      R"({"a":"te","x":["1",7],"b":{"c":1,"d":{"e":"\u0061\\"}},"z":false})",
      R"({"a":null,"x":[1,""],"b":{"c":true,"d":{"e":0}},"z":"text"})",
      R"({"a":"text","x":[1,"y"],"b":{"c":17,"d":{"e":null}},"z":true})",
  };
  for (const std::string_view each : known)
    EXPECT_EQ(matched(*pattern, each), to_text(scan(each).finds)) << each;
}

TEST(JsonPattern, DoesNotKnowAnyOtherDocument) {
  const std::string document = R"({"a":"text","x":[1,"y"],"b":{"c":17}})";
  const std::string_view others[] = {
      R"({"a":"text","x":[1,"y"],"b":{"e":17}})",
      R"({"a":"text","x":[1,"y","z"],"b":{"c":17}})",
      R"({"a":"text","x":[1],"b":{"c":17}})",
      R"({"a":"text", "x":[1,"y"],"b":{"c":17}})",
      R"({"a":"text","x":[1,"y"],"b":{"c":17}} )",
      R"({"a":"text","x":[1,"y"],"b":{"c":17},"a":1})",
      R"({"a":{},"x":[1,"y"],"b":{"c":17}})",
      R"({"a":"text","x":[1,"y"],"b":{"c":}})",
      R"({"a":"text","x":[1,"y"],"b":{"c":"17}})",
      R"({"a":"text\","x":[1,"y"],"b":{"c":17}})",
      R"({"\u0061":"text","x":[1,"y"],"b":{"c":17}})",
      R"({"a":"text\)",
      "",
      "[DONE]",
  };
  for (const std::string_view each : others) {
    auto pattern = pattern_of(document);
    ASSERT_TRUE(pattern);
    EXPECT_EQ(matched(*pattern, each), "no match") << each;
    EXPECT_EQ(matched(*pattern, document), to_text(scan(document).finds)) << "after " << each;
  }
  auto pattern = pattern_of(document);
  for (std::size_t size = 0; size < document.size(); ++size)
    EXPECT_EQ(matched(*pattern, document.substr(0, size)), "no match") << size;
}

TEST(JsonPattern, TellsHowLargeTheDocumentIs) {
  const std::string document = R"({"a":"a text","x":[1]})";
  auto pattern = pattern_of(document);
  ASSERT_TRUE(pattern);
  for (const std::string_view behind : {"", "\n", "\n\ndata: {", "}", R"({"a":"a text","x":[1]})"})
    EXPECT_EQ(pattern->match(document + std::string(behind)), document.size()) << behind;
}

// A line end there ends the line of an event, and the document with it.
TEST(JsonPattern, HasNoControlCharacterInATextThatDiffers) {
  auto pattern = pattern_of(R"({"a":"a text"})");
  ASSERT_TRUE(pattern);
  for (int c = 0; c < 0x80; ++c) {
    std::string document = R"({"a":"0123456789abcdef some text"})";
    document[24] = static_cast<char>(c);
    const bool is_known = c >= 0x20 && c != '"';
    EXPECT_EQ(pattern->match(document), is_known ? document.size() : 0) << c;
  }
}

TEST(JsonPattern, TellsWhetherItIsOneLine) {
  for (const std::string_view space : {"", " ", "\t"})
    EXPECT_TRUE(pattern_of("{\"a\":" + std::string(space) + "\"a text\\n\"}")->is_one_line());
  for (const std::string_view space : {"\n", "\r", " \r\n "})
    EXPECT_FALSE(pattern_of("{\"a\":" + std::string(space) + "\"a text\"}")->is_one_line());
}

// The values of a pattern are its own until one is seen to change: the rest of a document may be
// the same.
TEST(JsonPattern, TakesNothingForAChangeInADocumentThatIsCut) {
  const std::string document = R"({"x":"a text","a":"value","b":{"c":17}})";
  auto pattern = pattern_of(document);
  ASSERT_TRUE(pattern);
  for (std::size_t size = 0; size < document.size(); ++size)
    EXPECT_EQ(pattern->match(std::string_view(document).substr(0, size)), 0u) << size;
  ASSERT_EQ(pattern->match(document), document.size());
  const auto is_own = [&document](const JsonValue& value) {
    return value.raw.data() < document.data() ||
           value.raw.data() >= document.data() + document.size();
  };
  EXPECT_TRUE(std::ranges::all_of(pattern->values(), is_own));
}

// Of a few bytes as well, which some containers would move with them.
TEST(JsonPattern, StaysGoodWhereItIsMoved) {
  const std::string_view document = R"({"a":1})";
  auto pattern = pattern_of(document);
  ASSERT_TRUE(pattern);
  std::optional<JsonPattern> moved(std::move(pattern));
  pattern.reset();
  EXPECT_EQ(matched(*moved, document), to_text(scan(document).finds));
}

constexpr JsonKey measured_keys[] = {{.name = "t", .tag = 9, .measured = true}};
constexpr JsonShape measured_shape(measured_keys);
constexpr JsonKey measured{.name = "", .object = &measured_shape};

TEST(JsonPattern, MeasuresTexts) {
  JsonScanner scanner;
  scanner.begin(measured);
  const std::string_view first = R"({"t":"abc"})";
  JsonFinds finds;
  std::string_view rest = first;
  while (const auto value = scanner.next(rest)) finds.add(*value);
  auto pattern = JsonPattern::of(first, finds);
  ASSERT_TRUE(pattern);
  const std::pair<std::string_view, std::uint64_t> cases[] = {
      {R"({"t":"abc"})", 3}, {R"({"t":""})", 0}, {R"({"t":"\n\u00e4\ud83d\ude00 "})", 8}};
  for (const auto& [document, size] : cases) {
    ASSERT_EQ(pattern->match(document), document.size());
    ASSERT_EQ(pattern->values().size(), 1u);
    EXPECT_EQ(pattern->values()[0].size, size) << document;
    EXPECT_EQ(pattern->values()[0].is_plain, document.find('\\') == document.npos) << document;
  }
}

TEST(JsonPattern, IsNotMadeOfWhatItCouldNotTell) {
  std::string values = R"({"x":[0)";
  for (std::size_t i = 0; i < JsonPattern::most_values; ++i) values += ",0";
  std::string wanted = R"({"grid":[[0)";
  for (std::size_t i = 0; i < JsonFinds::most; ++i) wanted += ",0";
  const std::string large = R"({")" + std::string(JsonPattern::most_bytes, 'k') + R"(":1})";
  const std::string large_end =
      R"({"a":1,")" + std::string(JsonPattern::most_bytes, 'k') + R"(":{}})";
  for (const std::string& each :
       {values + "]}", wanted + "]]}", large, large_end, std::string(R"({"whole":{"x":1}})"),
        std::string(R"({"a":[]})"), std::string(R"({"a":1 2})"), std::string(R"({"a":"x"1})"),
        std::string(R"({"a":01})"), std::string(R"({"a":1,})"), std::string(R"({"a":"x)"),
        std::string("{\"x\":\"\xff\"}"), std::string()})
    EXPECT_FALSE(pattern_of(each)) << each;
  // A long text is not part of what is kept.
  auto pattern = pattern_of(R"({"a":")" + std::string(100'000, 't') + R"("})");
  ASSERT_TRUE(pattern);
  EXPECT_EQ(matched(*pattern, R"({"a":"u"})"), "1/0/u\n");
}

// All that is asked of it: never a word that a scan would not say.
TEST(JsonPattern, AgreesWithAScanOfAnyBytes) {
  RandomJson random(20261128);
  int matches = 0;
  for (int round = 0; round < 5000; ++round) {
    const std::string document = random.spell(random.document());
    auto pattern = pattern_of(document);
    if (!pattern) continue;
    std::string other = document;
    for (int change = 0; change < 40; ++change) {
      const char bytes[] = {'"', '\\', '{', '}', '[', ']', ',', ':', '0', '1', 'e', 'n', ' ', 'x'};
      const std::size_t at = random.pick(static_cast<unsigned>(other.size()));
      switch (random.pick(4)) {
        case 0: other.insert(at, 1, bytes[random.pick(sizeof bytes)]); break;
        case 1: other.erase(at, 1); break;
        case 2: other[at] = bytes[random.pick(sizeof bytes)]; break;
        default: other = document; break;
      }
      if (other.empty()) other = document;
      const std::string said = matched(*pattern, other);
      if (said == "no match") continue;
      ++matches;
      const Scanned scanned = scan(other);
      ASSERT_EQ(said, to_text(scanned.finds)) << document << '\n' << other;
      ASSERT_TRUE(scanned.is_done) << other;
    }
  }
  EXPECT_GT(matches, 20'000);
}

}  // namespace
}  // namespace llmgw
