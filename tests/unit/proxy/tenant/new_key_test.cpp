// SPDX-License-Identifier: MIT
// The commands that make keys and hashes.
#include "proxy/tenant/new_key.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "common/system/sha256.hpp"

namespace llmgw::proxy {
namespace {

Checked<NewKey> parse(std::vector<const char*> arguments) { return parse_new_key(arguments); }

std::string hash(std::string typed) {
  const auto line = hash_line(Secret(std::move(typed)));
  return line ? *line : "fault: " + line.error().lines.at(0);
}

TEST(NewKey, ReadsItsOptionsInAnyOrder) {
  const auto asked = parse({"--test", "--id", "k_1", "--tenant", "team-a"});
  ASSERT_TRUE(asked);
  EXPECT_EQ(asked->tenant, "team-a");
  EXPECT_EQ(asked->id, "k_1");
  EXPECT_EQ(asked->kind, KeyKind::test);
  EXPECT_EQ(parse({"--tenant", "t"})->kind, KeyKind::live);
  EXPECT_EQ(parse({"--tenant", "t"})->id, "");
}

TEST(NewKey, RefusesTheRest) {
  for (const auto& arguments :
       std::vector<std::vector<const char*>>{{},
                                             {"--test"},
                                             {"--tenant"},
                                             {"--id", "k"},
                                             {"--tenant", "t", "--id"},
                                             {"--tenant", "t", "x"},
                                             {"--tenant", "t", "--tenant", "u"},
                                             {"--tenant", ""},
                                             {"--tenant", "a b"},
                                             {"--tenant", "t", "--id", "a b"},
                                             {"--tenant", "t", "--id", "gw_live_0123456789"},
                                             {"--tenant", "gw_test_0123456789"}})
    EXPECT_FALSE(parse(arguments));
}

TEST(NewKey, IsShownOnceWithItsEntry) {
  std::uint64_t state = 5;
  const auto random = [&state] { return state += 0x9e3779b97f4a7c15; };
  const std::string text =
      new_key_text({.tenant = "team-a", .id = "k_1", .kind = KeyKind::test}, random);
  const std::string key = text.substr(0, text.find('\n'));
  EXPECT_TRUE(is_gateway_key(key)) << key;
  EXPECT_TRUE(key.starts_with("gw_test_"));
  EXPECT_EQ(text, key + "\n\nkeys:\n  - id: \"k_1\"\n    hash: \"sha256:" + sha256_hex(key) +
                      "\"\n    tenant: \"team-a\"\n");
  const std::string made = new_key_text({.tenant = "t\"x"}, random);
  EXPECT_NE(made.find("\n  - id: \"k_"), made.npos);
  EXPECT_NE(made.find("tenant: \"t\\\"x\"\n"), made.npos);
}

TEST(NewKey, HashesWhatMayBeAKey) {
  EXPECT_EQ(hash("0123456789abcdef\r\n"),
            "hash: \"sha256:" + sha256_hex("0123456789abcdef") + "\"\n");
  EXPECT_EQ(hash("short"),
            "fault: a key is 16 to 256 characters of visible ASCII, on standard input");
  EXPECT_TRUE(hash("0123456789 abcdef").starts_with("fault: "));
  EXPECT_TRUE(hash(std::string(257, 'a')).starts_with("fault: "));
  const std::string slip = hash("gw_live_0123456789abcdef");
  EXPECT_TRUE(slip.starts_with("fault: this begins as keys of this gateway do")) << slip;
  EXPECT_EQ(slip.find("gw_live_"), slip.npos);
}

}  // namespace
}  // namespace llmgw::proxy
