// SPDX-License-Identifier: MIT
// A miss loses usage and a needless look costs time: both are tested, at every offset.
#include "proxy/metering/key_filter.hpp"

#include <gtest/gtest.h>

#include <string>

#include "tests/unit/proxy/metering/in_pieces.hpp"

namespace llmgw::proxy {
namespace {

constexpr FilterWords words = {R"("usage")", R"("finish_reason")", R"("error")", R"("model")"};

bool may_hold_at(std::size_t offset, std::string_view text, std::size_t count,
                 std::string_view behind) {
  const Piece piece(std::string(offset, '.') + std::string(text) + std::string(behind));
  return may_hold(piece.view(), words, count);
}

void expect_everywhere(std::string_view text, std::size_t count, bool expected) {
  for (std::size_t offset = 0; offset < 40; ++offset) {
    EXPECT_EQ(may_hold_at(offset, text, count, ""), expected) << text << " at " << offset;
    EXPECT_EQ(may_hold_at(offset, text, count, ",..................."), expected)
        << text << " at " << offset;
  }
}

TEST(KeyFilter, SeesWordsThatMatter) {
  for (const std::string_view text :
       {R"("usage":{)", R"("usage")", R"("usage" : {)", R"("usage":1)", R"("finish_reason":"stop")",
        R"("finish_reason": "stop")", R"("error":{)", R"({"type":"error")", R"("usage":nul)",
        R"("usage":null,"error":1)", R"("model":"x")", R"(""usage":1)", R"("u"usage":1)"}) {
    expect_everywhere(text, 4, true);
  }
}

TEST(KeyFilter, PassesOverAllElse) {
  for (const std::string_view text :
       {R"("usage":null)", R"("usage" :  null)", R"("finish_reason":null,"error":null)",
        R"(\"usage\":1)", R"("usag)", R"("usages":1)", R"(usage)", R"("useful":1,"from":2,"e":3)",
        ""}) {
    expect_everywhere(text, 4, false);
  }
  expect_everywhere(R"("model":"x")", 3, false);
  expect_everywhere(R"("model":"x","error":1)", 3, true);
  expect_everywhere(R"("error":1)", 2, false);
  expect_everywhere(R"("finish_reason":1)", 1, false);
}

}  // namespace
}  // namespace llmgw::proxy
