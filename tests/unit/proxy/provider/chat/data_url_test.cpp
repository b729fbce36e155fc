// SPDX-License-Identifier: MIT
// URLs of media, and base64.
#include "proxy/provider/chat/data_url.hpp"

#include <gtest/gtest.h>

namespace llmgw::proxy::chat {
namespace {

TEST(ChatDataUrl, TypeAndData) {
  const auto url = parse_data_url(R"(data:Image\/SVG+xml;charset=utf-8;base64,QUJD\/+==)");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->type, "image/svg+xml");
  EXPECT_EQ(url->data, R"(QUJD\/+==)");
  for (const char* const bad :
       {"", "data:", "data:image/png", "data:image/png,QUJD", "data:;base64,QUJD",
        "data:image/png;base64,", "data:image/png;base64,Q===", "data:image/png;base64,a b",
        "data:a\\\"/b;base64,QUJD", "https://x/data:image/png;base64,QUJD"})
    EXPECT_FALSE(parse_data_url(bad)) << bad;
}

TEST(ChatDataUrl, WebUrls) {
  EXPECT_TRUE(is_web_url("http://x") && is_web_url(R"(HTTPS:\/\/x)") && is_https_url("https://x"));
  EXPECT_FALSE(is_web_url("ftp://x") || is_web_url("https:/x") || is_https_url("http://x"));
}

TEST(ChatDataUrl, Base64IsLookedAtAndWholeOrNot) {
  for (const char* const whole : {"QUJD", "QQ==", "QUI=", R"(QUI\/)", "+/09"})
    EXPECT_TRUE(is_base64(whole) && is_whole_base64(whole)) << whole;
  for (const char* const cut : {"QUJ", "Q", "QQ="})
    EXPECT_TRUE(is_base64(cut) && !is_whole_base64(cut)) << cut;
  for (const char* const bad : {"", "==", "a-_b", "a\\nb", "a\\", "Q=Q=", "ä"})
    EXPECT_FALSE(is_base64(bad) || is_whole_base64(bad)) << bad;
}

}  // namespace
}  // namespace llmgw::proxy::chat
