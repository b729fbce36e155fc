// SPDX-License-Identifier: MIT
// Credentials seen lately, and the keys that they are.
#include "proxy/api/fingerprint.hpp"

#include <gtest/gtest.h>

#include <string>

namespace llmgw::proxy {
namespace {

std::string credential(std::size_t number) { return "credential-number-" + std::to_string(number); }

KeyListPointer list(std::size_t count, const std::string& tenant = "t") {
  auto keys = std::make_shared<KeyList>();
  for (std::size_t i = 0; i < count; ++i)
    keys->push_back(
        {.id = "k" + std::to_string(i), .hash = sha256(credential(i)), .tenant = tenant});
  return keys;
}

TEST(Fingerprint, IsTheBeginOfTheDigest) {
  for (const std::string& each : {std::string("a"), std::string(256, 'a'), std::string(257, 'a')})
    EXPECT_EQ(fingerprint(each), "sha256:" + sha256_hex(each).substr(0, 12));
}

// More of them than are kept, in turns, so that each takes another's place.
TEST(Fingerprint, FindsKeysWhetherKeptOrNot) {
  const KeyTable table(list(500));
  for (int round = 0; round < 3; ++round) {
    for (std::size_t i = 0; i < 600; ++i) {
      const KeySettings* const found = find_key(credential(i), table);
      EXPECT_EQ(found, i < 500 ? &table.all()[i] : nullptr);
      EXPECT_EQ(find_key(credential(i), table), found);
      EXPECT_EQ(fingerprint(credential(i)), "sha256:" + sha256_hex(credential(i)).substr(0, 12));
    }
  }
}

TEST(Fingerprint, AnAnswerCountsForItsTableAlone) {
  const std::string asked = credential(0);
  {
    const KeyTable gone(list(1, "before"));
    EXPECT_EQ(find_key(asked, gone)->tenant, "before");
  }
  const KeyTable table(list(1, "after"));
  const KeyTable empty(list(0));
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(find_key(asked, table), &table.all()[0]);
    EXPECT_EQ(find_key(asked, empty), nullptr);
  }
}

TEST(Fingerprint, NothingLongerIsAKey) {
  const std::string longest(256, 'k');
  const std::string longer(257, 'k');
  auto keys = std::make_shared<KeyList>();
  keys->push_back({.id = "a", .hash = sha256(longest)});
  keys->push_back({.id = "b", .hash = sha256(longer)});
  const KeyTable table(keys);
  EXPECT_NE(find_key(longest, table), nullptr);
  EXPECT_EQ(find_key(longer, table), nullptr);
}

}  // namespace
}  // namespace llmgw::proxy
