// SPDX-License-Identifier: MIT
// Sizes of JSON strings, cut anywhere, against a parser that makes the text.
#include "common/json/text_measure.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/support/in_pieces.hpp"

namespace llmgw {
namespace {

TEST(TextMeasure, CountsTheBytesThatTheTextHas) {
  for (const std::string raw :
       {R"()", R"(a)", R"(abc \"d\" \\ \/ \b\f\n\r\t)", R"(\u0041\u00e9\u20ac\uD83C\uDF0D)",
        "日本語 \\u65e5 🌍", R"(\\u0041\\)", R"(\u007f\u0080\u07ff\u0800\uffff)"}) {
    const auto text = nlohmann::json::parse("\"" + raw + "\"").get<std::string>();
    in_all_pieces(raw, [&](auto feed, const std::string& how) {
      TextMeasure measure;
      feed([&](std::string_view piece) { measure.add(piece.data(), piece.data() + piece.size()); });
      EXPECT_EQ(measure.size(), text.size()) << raw << ' ' << how;
    });
  }
}

}  // namespace
}  // namespace llmgw
