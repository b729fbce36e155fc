// SPDX-License-Identifier: MIT
// Finds of a JSON scan: tables cut at each place, and random documents against a full parse.
#include "common/json/scanner.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "common/json/scalar.hpp"
#include "common/text/bounded_string.hpp"
#include "tests/support/in_pieces.hpp"
#include "tests/unit/common/json/random_json.hpp"

namespace llmgw {
namespace {

using nlohmann::json;

static_assert(levels(root) == 5 && levels(root) <= JsonScanner::max_levels);

std::string to_text(const JsonValue& value) {
  BoundedString<128> text;
  append_text(value, text);
  const char* const kinds[] = {"text ", "", "true", "false", "null", "{", "["};
  const std::string kind = kinds[static_cast<int>(value.kind)];
  const bool is_spelt_so = text.view() == kind;  // true, false and null
  return std::to_string(value.tag) + ": " + kind + (is_spelt_so ? "" : std::string(text.view()));
}

using Finds = std::vector<std::string>;

void expect_finds(std::string_view document, const Finds& expected) {
  in_all_pieces(document, [&](auto feed, const std::string& how) {
    JsonScanner scanner;
    scanner.begin(root);
    Finds finds;
    feed([&](std::string_view piece) {
      while (const auto value = scanner.next(piece)) finds.push_back(to_text(*value));
      EXPECT_TRUE(piece.empty());
    });
    EXPECT_EQ(finds, expected) << document << '\n' << how;
  });
}

TEST(JsonScanner, FindsWhereItIsWanted) {
  const std::pair<std::string_view, Finds> cases[] = {
      {R"({"a":1})", {"1: 1"}},
      {R"({"a":-1.5e+3 })", {"1: -1.5e+3"}},
      {R"({"a":true,"b":{"c":false,"d":{"e":null}}})", {"1: true", "2: false", "3: null"}},
      {R"({"a":"text"})", {"1: text text"}},
      {R"({"a":""})", {"1: text "}},
      {R"({"a":{}})", {"1: {"}},
      {R"({"a":[{"a":1}],"b":{"c":2}})", {"1: [", "2: 2"}},
      {R"({"a":{"a":{"a":1}},"b":{"c":2}})", {"1: {", "2: 2"}},
      {R"({"whole":{"y":1,"x":2},"whole":3})", {"5: {", "6: 2", "5: 3"}},
      {R"({"list":[{"f":"s"},{"x":[]},7,"a",null,[{"f":9}],{"g":{"c":1,"d":{"e":2}},"f":3}],"a":1})",
       {"4: text s", "2: 1", "3: 2", "4: 3", "1: 1"}},
      {R"({"list":[],"a":1})", {"1: 1"}},
      {R"({"list":{"f":1},"b":[{"c":1}],"a":2})", {"1: 2"}},
      {R"({"grid":[[1,2],[],[3]],"a":0})", {"7: 1", "7: 2", "7: 3", "1: 0"}},
      {" {\r\n\t\"a\" : 1 ,\n  \"b\" : { \"c\" : \"x\" } } ", {"1: 1", "2: text x"}},
      {R"({})", {}},
  };
  for (const auto& [document, expected] : cases) expect_finds(document, expected);
}

TEST(JsonScanner, IsNotFooledByTextOrPlace) {
  const std::pair<std::string_view, Finds> cases[] = {
      {R"({"x":"\"a\":1,\"b\":{\"c\":2}","a":3})", {"1: 3"}},
      {R"({"x":"\\","a":3})", {"1: 3"}},
      {R"({"x":"\\\"","a":3})", {"1: 3"}},
      {R"({"x":"{[","a":3})", {"1: 3"}},
      {R"({"x":{"a":1,"y":"]}\"}","z":[{"a":1}]},"a":3})", {"1: 3"}},
      {R"({"x":[[[{"a":1}]]],"a":3})", {"1: 3"}},
      {R"({"c":1,"e":2,"f":3,"A":4,"aa":5,"":6,"a":7})", {"1: 7"}},
      {R"({"x":"a","a":1})", {"1: 1"}},
      {R"({"\u0061":1,"\u0062":{"\u0063":2}})", {"1: 1", "2: 2"}},
      {R"({"\\u0061":1,"\u0061\u0000":2})", {}},
      {R"({"a":"\"\\\u00e4\ud83d\ude00"})", {"1: text \"\\\u00e4\U0001f600"}},
  };
  for (const auto& [document, expected] : cases) expect_finds(document, expected);
}

TEST(JsonScanner, StopsAtTheEndAndAtFaults) {
  const std::pair<std::string_view, Finds> cases[] = {
      {R"({"a":1}{"a":2})", {"1: 1"}},
      {R"([{"a":1}])", {}},
      {R"("a")", {}},
      {R"(7)", {}},
      {"--boundary\r\n{\"a\":1}", {}},
      {"\x1f\x8b\x08 {\"a\":1}", {}},
      {R"({"a" 1,"b":{"c":2}})", {}},
      {R"({"a":,"b":{"c":2}})", {}},
      {R"({a:1})", {}},
      {R"({"a":1]"b":{"c":2}})", {"1: 1"}},
      {R"({"list":[{"f":1}},"a":2})", {"4: 1"}},
      {R"({"b":"x" "a":2})", {}},
      {R"({"a":12)", {}},
      {R"({"a":"cut)", {}},
  };
  for (const auto& [document, expected] : cases) expect_finds(document, expected);
}

TEST(JsonScanner, TakesAnyDepthAndAnySize) {
  const std::size_t depth = 200'000;
  const std::string nested = std::string(depth, '[') + std::string(depth, ']');
  const std::string objects =
      R"({"x":)" + nested + R"(,"y":")" + std::string(1 << 20, 'x') + R"(","a":1})";
  JsonScanner scanner;
  scanner.begin(root);
  std::string_view rest = objects;
  const auto value = scanner.next(rest);
  ASSERT_TRUE(value);
  EXPECT_EQ(to_text(*value), "1: 1");
  EXPECT_FALSE(scanner.is_done());
  EXPECT_FALSE(scanner.next(rest));
  EXPECT_TRUE(scanner.is_done());
}

TEST(JsonScanner, BoundsWhatItKeepsOfACutText) {
  const std::string document = R"({"a":")" + std::string(5000, 'x') + R"(","b":{"c":1}})";
  JsonScanner scanner;
  scanner.begin(root);
  std::vector<std::size_t> sizes;
  for (const char c : document) {
    std::string_view piece(&c, 1);
    while (const auto value = scanner.next(piece)) sizes.push_back(value->raw.size());
  }
  EXPECT_EQ(sizes, (std::vector<std::size_t>{JsonScanner::max_raw_text, 1}));
}

TEST(JsonScanner, BeginsAnew) {
  JsonScanner scanner;
  std::string_view unbegun = R"({"a":1})";
  EXPECT_FALSE(scanner.next(unbegun));
  for (const std::string_view cut :
       {R"({"list":[{"f":"x\)", R"({"x":[[[")", R"({"a":1)", R"({"ab)", R"({})"}) {
    scanner.begin(root);
    std::string_view first = cut;
    while (scanner.next(first)) {
    }
    scanner.begin(root);
    std::string_view second = R"({"a":2})";
    const auto value = scanner.next(second);
    ASSERT_TRUE(value) << cut;
    EXPECT_EQ(to_text(*value), "1: 2");
  }
}

// --- random documents ---

void collect(const json& value, const JsonKey& key, Finds& finds) {
  if (key.tag != 0) {
    const std::string tag = std::to_string(key.tag) + ": ";
    if (value.is_object()) finds.push_back(tag + "{");
    if (value.is_array()) finds.push_back(tag + "[");
    if (value.is_string())
      finds.push_back(tag + "text " +
                      std::string(BoundedString<128>(value.get<std::string>()).view()));
    if (value.is_primitive() && !value.is_string()) finds.push_back(tag + value.dump());
  }
  if (value.is_object() && key.object != nullptr) {
    for (const auto& [name, inner] : value.items()) {
      if (const JsonKey* below = key.object->find(name)) collect(inner, *below, finds);
    }
  }
  if (value.is_array() && key.element != nullptr) {
    for (const json& each : value) collect(each, *key.element, finds);
  }
}

TEST(JsonScanner, AgreesWithAFullParse) {
  RandomJson random(20261123);
  std::size_t total = 0;
  for (int round = 0; round < 20000; ++round) {
    const json document = random.document();
    const std::string spelt = random.spell(document);
    Finds expected;
    collect(document, root, expected);
    total += expected.size();
    JsonScanner scanner;
    scanner.begin(root);
    Finds finds;
    const unsigned longest = 1 + random.pick(100);
    for (std::string_view rest = spelt; !rest.empty();) {
      const Piece piece(rest.substr(0, 1 + random.pick(longest)));
      rest.remove_prefix(piece.view().size());
      std::string_view shown = piece.view();
      while (const auto value = scanner.next(shown)) finds.push_back(to_text(*value));
    }
    ASSERT_EQ(finds, expected) << spelt;
    ASSERT_TRUE(scanner.is_done()) << spelt;
  }
  EXPECT_GT(total, 20000u);  // the documents are worth scanning
}

TEST(JsonScanner, SurvivesAnyBytes) {
  RandomJson random(7);
  for (int round = 0; round < 20000; ++round) {
    std::string spelt = random.spell(random.document());
    for (unsigned n = 1 + random.pick(4); n > 0 && !spelt.empty(); --n) {
      const char faults[] = {'"', '\\', '{', '}', '[', ']', ',', ':', '\0', '\xff', 'x'};
      spelt[random.pick(static_cast<unsigned>(spelt.size()))] = faults[random.pick(11)];
    }
    Finds whole;
    Finds pieces;
    JsonScanner scanner;
    scanner.begin(root);
    std::string_view rest = spelt;
    while (const auto value = scanner.next(rest)) whole.push_back(to_text(*value));
    scanner.begin(root);
    for (const char c : spelt) {
      std::string_view shown(&c, 1);
      while (const auto value = scanner.next(shown)) pieces.push_back(to_text(*value));
    }
    ASSERT_EQ(whole, pieces) << spelt;
  }
}

}  // namespace
}  // namespace llmgw
