// SPDX-License-Identifier: MIT
// Names of functions there and back.
#include "proxy/provider/gemini/function_name.hpp"

#include <gtest/gtest.h>

namespace llmgw::proxy {
namespace {

std::string sent(std::string_view name) {
  std::string out;
  append_gemini_function_name(name, out);
  return out;
}

TEST(GeminiFunctionName, BeginsWithALetterOrUnderscore) {
  EXPECT_EQ(sent("get_weather"), "get_weather");
  EXPECT_EQ(sent("_private"), "_private");
  EXPECT_EQ(sent("Z-9"), "Z-9");
  EXPECT_EQ(sent("_"), "_");
  EXPECT_EQ(sent("3d_print"), "_3d_print");
  EXPECT_EQ(sent("-x"), "_-x");
  EXPECT_EQ(sent("_3d"), "__3d");
  EXPECT_EQ(sent(R"(\u0061b)"), R"(\u0061b)");
}

TEST(GeminiFunctionName, ComesBackAsItWas) {
  constexpr std::string_view characters = "a_7-";
  for (std::size_t number = 0; number < 256; ++number) {
    std::string name;
    for (std::size_t rest = number, i = 0; i < 4; ++i, rest /= 4) name += characters[rest % 4];
    EXPECT_EQ(client_function_name(sent(name)), name);
  }
  EXPECT_EQ(client_function_name(""), "");
}

}  // namespace
}  // namespace llmgw::proxy
