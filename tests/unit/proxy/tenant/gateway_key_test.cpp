// SPDX-License-Identifier: MIT
// The form of keys, and that no slip of one character passes for a key.
#include "proxy/tenant/gateway_key.hpp"

#include <gtest/gtest.h>

#include <array>
#include <set>

#include "common/system/secure_random.hpp"

namespace llmgw::proxy {
namespace {

constexpr std::string_view base62 =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::string_view visible =
    "!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz"
    "{|}~";

std::function<std::uint64_t()> counting(std::uint64_t from) {
  return [from]() mutable { return from += 0x9e3779b97f4a7c15; };
}

TEST(GatewayKey, HasItsForm) {
  const std::string live = make_gateway_key(KeyKind::live, counting(1));
  const std::string test = make_gateway_key(KeyKind::test, counting(1));
  EXPECT_EQ(live.size(), gateway_key_size);
  EXPECT_TRUE(live.starts_with("gw_live_"));
  EXPECT_TRUE(test.starts_with("gw_test_"));
  EXPECT_EQ(live.substr(8, 32), test.substr(8, 32));
  EXPECT_NE(live.substr(40), test.substr(40));  // the sum is over the prefix, too
  EXPECT_EQ(live.find_first_not_of(base62, 8), live.npos);
}

// Computed by another program: zlib.crc32 and base62 in Python.
TEST(GatewayKey, HasTheChecksumThatOthersCompute) {
  for (const std::string_view key : {"gw_live_000000000000000000000000000000001tVawj",
                                     "gw_test_ABCDEFGHIJKLMNOPQRSTUVWXYZabcdef24JUUJ",
                                     "gw_live_zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz0tsDz1"})
    EXPECT_TRUE(is_gateway_key(key)) << key;
}

TEST(GatewayKey, IsRandomAndNeverTheSame) {
  SecureRandom random;
  std::set<std::string> all;
  for (int i = 0; i < 1000; ++i) {
    const std::string key = make_gateway_key(KeyKind::live, [&random] { return random.next(); });
    EXPECT_TRUE(is_gateway_key(key)) << key;
    EXPECT_TRUE(may_be_key(key));
    all.insert(key);
  }
  EXPECT_EQ(all.size(), 1000U);
}

// Each of all bytes once, many times over: 248 of them count, four for each character.
TEST(GatewayKey, FavoursNoCharacter) {
  std::uint64_t byte = 0;
  const auto all_bytes = [&byte] {
    std::uint64_t bits = 0;
    for (int i = 0; i < 8; ++i) bits = bits << 8 | (byte++ & 0xff);
    return bits;
  };
  std::array<int, 256> counts{};
  for (const char c : random_base62(62 * 400, all_bytes)) ++counts[static_cast<unsigned char>(c)];
  for (const char c : base62) EXPECT_EQ(counts[static_cast<unsigned char>(c)], 400) << c;
}

TEST(GatewayKey, EverySlipOfOneCharacterIsFound) {
  const std::string key = make_gateway_key(KeyKind::live, counting(7));
  for (std::size_t at = 0; at < key.size(); ++at) {
    for (const char c : visible) {
      if (c == key[at]) continue;
      std::string other = key;
      other[at] = c;
      EXPECT_FALSE(is_gateway_key(other)) << other;
      // Within the first eight it is no key of ours any more, and may be somebody else's.
      EXPECT_EQ(may_be_key(other), at < 8) << other;
    }
    std::string shorter = key;
    shorter.erase(at, 1);
    EXPECT_FALSE(is_gateway_key(shorter));
    std::string longer = key;
    longer.insert(at, 1, 'x');
    EXPECT_FALSE(is_gateway_key(longer));
  }
}

TEST(GatewayKey, TwoNeighboursThatChangedPlacesAreFound) {
  const std::string key = make_gateway_key(KeyKind::test, counting(3));
  for (std::size_t at = 8; at + 1 < key.size(); ++at) {
    std::string other = key;
    std::swap(other[at], other[at + 1]);
    EXPECT_EQ(is_gateway_key(other), other == key) << other;
  }
}

TEST(GatewayKey, KeysOfOthersHaveAnyForm) {
  EXPECT_FALSE(may_be_key(""));
  EXPECT_FALSE(may_be_key(std::string(15, 'a')));
  EXPECT_TRUE(may_be_key(std::string(16, 'a')));
  EXPECT_TRUE(may_be_key(std::string(256, '~')));
  EXPECT_FALSE(may_be_key(std::string(257, 'a')));
  EXPECT_FALSE(may_be_key("sixteen chars 56"));
  EXPECT_FALSE(may_be_key("0123456789abcde\x7f"));
  EXPECT_FALSE(may_be_key("0123456789abcde\xc3"));
  EXPECT_FALSE(may_be_key(std::string_view("0123456789abcde\0f", 17)));
  EXPECT_TRUE(may_be_key("sk-0123456789abcdef"));
  EXPECT_FALSE(may_be_key("gw_live_0123456789abcdef"));
  EXPECT_FALSE(may_be_key("gw_test_0123456789abcdef"));
  EXPECT_TRUE(may_be_key("gw_prod_0123456789abcdef"));
}

}  // namespace
}  // namespace llmgw::proxy
