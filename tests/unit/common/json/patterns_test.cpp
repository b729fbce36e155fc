// SPDX-License-Identifier: MIT
// Which documents are known, and which of them are learned and forgotten.
#include "common/json/patterns.hpp"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/failing_new.hpp"
#include "tests/unit/common/json/scanned.hpp"

namespace llmgw {
namespace {

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
}  // namespace llmgw
