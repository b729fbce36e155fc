// SPDX-License-Identifier: MIT
// Documents known again: whatever a pattern says, a scan says the same.
#include "proxy/metering/json_pattern.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "proxy/metering/json_patterns.hpp"
#include "proxy/metering/json_scanner.hpp"
#include "tests/support/failing_new.hpp"
#include "tests/unit/proxy/metering/in_pieces.hpp"
#include "tests/unit/proxy/metering/random_json.hpp"

namespace llmgw::proxy {
namespace {

std::string to_text(std::span<const JsonValue> values) {
  std::string text;
  for (const JsonValue& each : values) {
    text += std::to_string(each.tag) + '/' + std::to_string(static_cast<int>(each.kind)) + '/' +
            std::string(each.raw);
    if (each.count) text += '/' + std::to_string(*each.count);
    text += '\n';
  }
  return text;
}

struct Scanned {
  JsonFinds finds;
  bool is_done = false;
};

Scanned scan(std::string_view document) {
  JsonScanner scanner;
  scanner.begin(root);
  Scanned scanned;
  while (const auto value = scanner.next(document)) scanned.finds.add(*value);
  scanned.is_done = scanner.is_done();
  return scanned;
}

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

bool is_known(JsonPatterns& patterns, std::string_view document) {
  return patterns.match(document, root) != nullptr;
}

void learn(JsonPatterns& patterns, std::string_view document) {
  JsonFinds& finds = patterns.finds();
  for (const JsonValue& each : scan(document).finds) finds.add(each);
  patterns.learn(document, root);
}

std::string numbered(std::size_t number) {
  return "{\"" + std::string(number + 1, 'k') + R"(":1,"a":2})";
}

TEST(JsonPatterns, TheOneNotMetForLongestMakesWay) {
  JsonPatterns patterns;
  for (std::size_t i = 0; i < JsonPatterns::most; ++i) learn(patterns, numbered(i));
  EXPECT_TRUE(is_known(patterns, numbered(0)));
  learn(patterns, numbered(JsonPatterns::most));
  for (std::size_t i = 0; i <= JsonPatterns::most; ++i)
    EXPECT_EQ(is_known(patterns, numbered(i)), i != 1) << i;
}

TEST(JsonPatterns, AreOfOneDescription) {
  JsonPatterns patterns;
  learn(patterns, numbered(0));
  EXPECT_TRUE(is_known(patterns, numbered(0)));
  EXPECT_EQ(patterns.match(numbered(0), whole_keys[0]), nullptr);
}

TEST(JsonPatterns, KnowADocumentAtTheFrontOfALine) {
  JsonPatterns patterns;
  const std::string lines = "{\"a\":\n1}";
  learn(patterns, R"({"a":1})");
  learn(patterns, lines);
  for (const std::string_view behind : {"", "\n\n", "\r\n", "}", "x"}) {
    const std::string line = R"({"a":22})" + std::string(behind);
    const auto [known, size] = patterns.match_line(line, root);
    ASSERT_NE(known, nullptr) << behind;
    EXPECT_EQ(size, 8u) << behind;
    EXPECT_EQ(to_text(known->values()), "1/1/22/22\n");
  }
  EXPECT_TRUE(is_known(patterns, lines));
  EXPECT_FALSE(is_known(patterns, R"({"a":1} )"));
  EXPECT_EQ(patterns.match_line(lines, root).pattern, nullptr);
  EXPECT_EQ(patterns.match_line(R"({"a":1})", whole_keys[0]).pattern, nullptr);
  EXPECT_EQ(patterns.match_line("", root).pattern, nullptr);
}

TEST(JsonPatterns, LookNoFurtherThanASmallDocumentReaches) {
  const auto document = [](std::size_t size) {
    return R"({"a":")" + std::string(size - 8, 't') + R"("})";
  };
  JsonPatterns patterns;
  learn(patterns, document(100));
  const std::string more(JsonPatterns::most_bytes, 'x');
  EXPECT_EQ(patterns.match_line(document(JsonPatterns::most_bytes) + more, root).size,
            JsonPatterns::most_bytes);
  EXPECT_EQ(patterns.match_line(document(JsonPatterns::most_bytes + 1) + more, root).pattern,
            nullptr);
}

TEST(JsonPatterns, AreLearnedSeldomWhereTheyDoNotHelp) {
  JsonPatterns patterns;
  std::size_t learned = 0;
  for (std::size_t i = 0; i < 1000; ++i) {
    const std::string document = numbered(i);
    if (is_known(patterns, document)) FAIL() << document;
    learn(patterns, document);
    learned += is_known(patterns, document) ? 1 : 0;
  }
  EXPECT_GT(learned, 16u);
  EXPECT_LT(learned, 60u);
}

TEST(JsonPatterns, AreOfSmallDocuments) {
  const auto document = [](std::size_t size) {
    return R"({"a":")" + std::string(size, 't') + R"("})";
  };
  JsonPatterns patterns;
  learn(patterns, document(JsonPatterns::most_bytes));
  EXPECT_FALSE(is_known(patterns, document(1)));
  learn(patterns, document(1));
  EXPECT_TRUE(is_known(patterns, document(JsonPatterns::most_bytes - 8)));
  EXPECT_FALSE(is_known(patterns, document(JsonPatterns::most_bytes - 7)));
}

TEST(JsonPatterns, AreSeldomTriedWhereFewDocumentsAreKnown) {
  JsonPatterns patterns;
  learn(patterns, numbered(0));
  for (std::size_t i = 1; i < 200; ++i) EXPECT_FALSE(is_known(patterns, numbered(i)));
  std::string known;
  for (int i = 0; i < 100; ++i) known += is_known(patterns, numbered(0)) ? '+' : '-';
  EXPECT_NE(known.find("---"), known.npos) << known;
  EXPECT_LE(known.find('+'), 16u) << known;
  EXPECT_TRUE(known.ends_with(std::string(80, '+'))) << known;
}

// What is known and what is scanned comes the same way.
TEST(JsonPatterns, ReadDocumentsAndTheirBegin) {
  JsonPatterns patterns;
  for (const std::string_view document :
       {R"({"a":1,"b":{"c":2}})", R"({"a":3,"b":{"c":"x"}})", R"({"a":3,"b":{"c)", "{}"}) {
    JsonScanner scanner;
    JsonFinds finds;
    const auto take = [&](const JsonValue& each) { finds.add(each); };
    const bool was_known = patterns.read(document, root, scanner, take);
    const Scanned scanned = scan(document);
    EXPECT_EQ(to_text(finds), to_text(scanned.finds)) << document;
    EXPECT_TRUE(was_known || scanner.is_done() == scanned.is_done) << document;
  }
  EXPECT_TRUE(is_known(patterns, R"({"a":5,"b":{"c":6}})"));
}

TEST(JsonPatterns, AreNotLearnedWhereMemoryIsRefused) {
  for (std::size_t after = 0; after < 100; ++after) {
    JsonPatterns patterns;
    JsonFinds& finds = patterns.finds();
    const std::string document = numbered(3);
    for (const JsonValue& each : scan(document).finds) finds.add(each);
    bool has_failed = false;
    {
      const FailingNew failing(after);
      patterns.learn(document, root);
      has_failed = failing.has_failed();
    }
    EXPECT_EQ(is_known(patterns, document), !has_failed) << after;
    if (!has_failed) return;
  }
  FAIL() << "it never had enough";
}

}  // namespace
}  // namespace llmgw::proxy
