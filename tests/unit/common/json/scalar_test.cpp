// SPDX-License-Identifier: MIT
// Counts of every spelling, and escapes.
#include "common/json/scalar.hpp"

#include <gtest/gtest.h>

#include <string>

namespace llmgw {
namespace {

TEST(JsonScalar, ReadsCounts) {
  const std::pair<std::string, std::optional<std::int64_t>> cases[] = {
      {"0", 0},
      {"13", 13},
      {"13.0", 13},
      {"1.3e1", 13},
      {"130e-1", 13},
      {"-0", 0},
      {"-0.0", 0},
      {"9223372036854775807", 9223372036854775807},
      {"9007199254740992.0", 9007199254740992},
      {"9223372036854775808", std::nullopt},
      {"9007199254740994.0", std::nullopt},
      {"1e300", std::nullopt},
      {"1e999", std::nullopt},
      {"13.5", std::nullopt},
      {"-1", std::nullopt},
      {"-1.0", std::nullopt},
      {"", std::nullopt},
      {"13x", std::nullopt},
      {"nan", std::nullopt},
      {"inf", std::nullopt},
      {"true", std::nullopt},
      {"13." + std::string(100, '0'), std::nullopt},
  };
  for (const auto& [raw, expected] : cases) EXPECT_EQ(parse_count(raw), expected) << raw;
}

TEST(JsonScalar, DecodesEscapes) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"", ""},
      {"plain", "plain"},
      {R"(a\/b\\c\"d)", R"(a/b\c"d)"},
      {R"(\b\f\n\r\t)", "\b\f\n\r\t"},
      {R"(\u0041\u00e4\u20aC)", "A\u00e4\u20ac"},
      {R"(\ud83d\ude00!)", "\U0001f600!"},
      {R"(\ud83d)", "\ufffd"},
      {R"(\ude00x)", "\ufffdx"},
      {R"(\ud83d\u0041)", "\ufffdA"},
      {R"(\ud83dx)", "\ufffdx"},
      {R"(\u12)", "\ufffd12"},
      {R"(\u12g4)", "\ufffd12g4"},
      {R"(\x)", "\ufffd"},
      {"cut\\", "cut\ufffd"},
  };
  for (const auto& [raw, expected] : cases) {
    BoundedString<32> out;
    append_unescaped(raw, out);
    EXPECT_EQ(out.view(), expected) << raw;
  }
}

TEST(JsonScalar, LooksForEscapesWhereTheyMayBe) {
  BoundedString<32> out;
  append_text({.kind = JsonKind::text, .is_plain = true, .raw = "as it is,"}, out);
  append_text({.kind = JsonKind::text, .raw = R"( or \u0041)"}, out);
  EXPECT_EQ(out.view(), "as it is, or A");
}

TEST(JsonScalar, StopsWhereTheTextIsFull) {
  BoundedString<4> out;
  append_unescaped(R"(12\u20ac34)", out);
  EXPECT_EQ(out.view(), "12");
}

}  // namespace
}  // namespace llmgw
