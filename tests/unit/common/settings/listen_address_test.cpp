// SPDX-License-Identifier: MIT
// Which addresses to listen on are understood, and how they are spelt.
#include "common/settings/listen_address.hpp"

#include <gtest/gtest.h>

namespace llmgw {
namespace {

struct Case {
  std::string_view text;
  ListenAddress address;
  std::string_view spelling;
};

TEST(ListenAddress, ReadsEveryForm) {
  const Case cases[] = {
      {":8080", {"", 8080}, ":8080"},
      {"8081", {"", 8081}, ":8081"},
      {"0", {"", 0}, ":0"},
      {":0", {"", 0}, ":0"},
      {":65535", {"", 65535}, ":65535"},
      {"127.0.0.1:8080", {"127.0.0.1", 8080}, "127.0.0.1:8080"},
      {"0.0.0.0:80", {"0.0.0.0", 80}, "0.0.0.0:80"},
      {"[::1]:8080", {"::1", 8080}, "[::1]:8080"},
      {"[::]:0", {"::", 0}, "[::]:0"},
      {"[2001:db8::7]:443", {"2001:db8::7", 443}, "[2001:db8::7]:443"},
      {"localhost:8080", {"localhost", 8080}, "localhost:8080"},
  };
  for (const auto& [text, address, spelling] : cases) {
    SCOPED_TRACE(text);
    EXPECT_EQ(parse_listen_address(text), address);
    EXPECT_EQ(to_string(address), spelling);
    EXPECT_EQ(parse_listen_address(spelling), address);
  }
}

TEST(ListenAddress, RefusesTheRest) {
  using namespace std::string_view_literals;
  for (const auto text : {""sv,
                          ":"sv,
                          "x"sv,
                          ":x"sv,
                          ":-1"sv,
                          ":+1"sv,
                          ":65536"sv,
                          ":099999"sv,
                          ": 80"sv,
                          ":80 "sv,
                          "localhost"sv,
                          "localhost:"sv,
                          "[localhost]:80"sv,
                          "localhost.:80"sv,
                          "example.com:80"sv,
                          "*:80"sv,
                          "127.0.0.1"sv,
                          "127.0.0.1:"sv,
                          "127.0.0:80"sv,
                          "256.0.0.1:80"sv,
                          "::1:80"sv,
                          "::1"sv,
                          "[::1]"sv,
                          "[::1]:"sv,
                          "[127.0.0.1]:80"sv,
                          "[]:80"sv,
                          "[:80"sv,
                          "]:80"sv,
                          "[fe80::1%eth0]:80"sv,
                          "http://127.0.0.1:80"sv,
                          "127.0.0.1:80/"sv,
                          "127.0.0.1\0x:80"sv}) {
    EXPECT_EQ(parse_listen_address(text), std::nullopt) << text;
  }
}

TEST(ListenAddress, KnowsWhichOnesClash) {
  EXPECT_TRUE(overlap({"", 80}, {"", 80}));
  EXPECT_TRUE(overlap({"", 80}, {"127.0.0.1", 80}));
  EXPECT_TRUE(overlap({"127.0.0.1", 80}, {"0.0.0.0", 80}));
  EXPECT_TRUE(overlap({"::1", 80}, {"::", 80}));
  EXPECT_TRUE(overlap({"::1", 80}, {"::1", 80}));
  EXPECT_TRUE(overlap({"localhost", 80}, {"localhost", 80}));
  EXPECT_TRUE(overlap({"localhost", 80}, {"127.0.0.1", 80}));
  EXPECT_TRUE(overlap({"::1", 80}, {"localhost", 80}));
  EXPECT_TRUE(overlap({"", 80}, {"localhost", 80}));
  EXPECT_FALSE(overlap({"localhost", 80}, {"127.0.0.2", 80}));
  EXPECT_FALSE(overlap({"", 80}, {"", 81}));
  EXPECT_FALSE(overlap({"", 0}, {"", 0}));
  EXPECT_FALSE(overlap({"127.0.0.1", 80}, {"127.0.0.2", 80}));
}

}  // namespace
}  // namespace llmgw
