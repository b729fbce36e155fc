// SPDX-License-Identifier: MIT
// Arguments of calls: one object, byte for byte.
#include "proxy/provider/chat/arguments.hpp"

#include <gtest/gtest.h>

namespace llmgw::proxy::chat {
namespace {

std::string taken(std::string_view inside) {
  std::string out = "<";
  return append_arguments(inside, out) ? out : out + "refused";
}

TEST(ChatArguments, AreUnescapedOnceAndCopied) {
  EXPECT_EQ(taken(R"({\"b\": 1.0,\n\"a\":\"\\\"\\u00e4\\ud800\"})"),
            "<{\"b\": 1.0,\n\"a\":\"\\\"\\u00e4\\ud800\"}");
  EXPECT_EQ(taken(R"({\"a\":9007199254740993})"), R"(<{"a":9007199254740993})");
  EXPECT_EQ(taken(R"({\"a\":\"\u00e4\"})"), "<{\"a\":\"\xc3\xa4\"}");
}

TEST(ChatArguments, R2NothingIsAnEmptyObject) {
  for (const char* const none : {"", " ", R"(\n\t)"}) EXPECT_EQ(taken(none), "<{}") << none;
}

TEST(ChatArguments, R2AnythingElseIsRefusedAndLeavesNothing) {
  for (const char* const wrong : {"null", "[]", "1", R"({\"a\":)", "{}{}", R"(\"{}\")", "x",
                                  R"({\"a\":\"\n\"})", R"({\u0000})", R"({\"a\\\":1})"})
    EXPECT_EQ(taken(wrong), "<refused") << wrong;
}

}  // namespace
}  // namespace llmgw::proxy::chat
