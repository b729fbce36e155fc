// SPDX-License-Identifier: MIT
// Looking keys up, and what is known of their last use.
#include "proxy/tenant/key_table.hpp"

#include <gtest/gtest.h>

#include <string>

namespace llmgw::proxy {
namespace {

std::string credential(std::size_t number) { return "credential-number-" + std::to_string(number); }

KeyListPointer list(std::size_t count) {
  auto keys = std::make_shared<KeyList>();
  for (std::size_t i = 0; i < count; ++i)
    keys->push_back({.id = "k" + std::to_string(i), .hash = sha256(credential(i)), .tenant = "t"});
  return keys;
}

KeyTable::Seconds at(std::int64_t second) {
  return KeyTable::Seconds(std::chrono::seconds(second));
}

TEST(KeyTable, FindsEachOfManyAndNothingElse) {
  for (const std::size_t count : {0, 1, 2, 3, 64, 10'000}) {
    const KeyTable table(list(count));
    for (std::size_t i = 0; i < count; ++i) {
      const KeySettings* const found = table.find(sha256(credential(i)));
      ASSERT_NE(found, nullptr);
      EXPECT_EQ(found->id, "k" + std::to_string(i));
    }
    for (std::size_t i = count; i < count + 1'000; ++i)
      EXPECT_EQ(table.find(sha256(credential(i))), nullptr);
    EXPECT_EQ(table.all().size(), count);
  }
}

// All of them want the same place, and differ in their last byte alone.
TEST(KeyTable, TellsDigestsApartThatBeginAlike) {
  auto keys = std::make_shared<KeyList>();
  const Sha256Digest base = sha256("x");
  for (unsigned char i = 0; i < 200; ++i) {
    keys->push_back({.id = std::to_string(i), .hash = base});
    keys->back().hash.back() = i;
  }
  const KeyTable table(keys);
  Sha256Digest asked = base;
  for (unsigned i = 0; i < 256; ++i) {
    asked.back() = static_cast<unsigned char>(i);
    const KeySettings* const found = table.find(asked);
    EXPECT_EQ(found != nullptr, i < 200);
    EXPECT_TRUE(found == nullptr || found->id == std::to_string(i));
  }
  for (std::size_t byte = 0; byte + 1 < base.size(); ++byte) {
    asked = keys->front().hash;
    asked[byte] ^= 1;
    EXPECT_EQ(table.find(asked), nullptr) << byte;
  }
}

TEST(KeyTable, FindsByName) {
  const KeyTable table(list(3));
  EXPECT_EQ(table.find_by_id("k1"), &table.all()[1]);
  EXPECT_EQ(table.find_by_id("k"), nullptr);
}

TEST(KeyTable, NoTwoAreOfOneGeneration) {
  const KeyTable first(list(1));
  const KeyTable second(list(1));
  EXPECT_NE(first.generation(), 0U);
  EXPECT_NE(first.generation(), second.generation());
}

TEST(KeyTable, NotesTheLatestUse) {
  const KeyTable table(list(2));
  const KeySettings& key = table.all()[0];
  EXPECT_EQ(table.last_use(key), at(0));
  table.note_use(key, at(100));
  table.note_use(key, at(99));
  EXPECT_EQ(table.last_use(key), at(100));
  EXPECT_EQ(table.last_use(table.all()[1]), at(0));
}

TEST(KeyTable, KeepsUsesOverAReloadByTheDigest) {
  const KeyTable before(list(3));
  before.note_use(before.all()[1], at(7));
  before.note_use(before.all()[2], at(8));
  auto keys = std::make_shared<KeyList>();
  keys->push_back({.id = "renamed", .hash = sha256(credential(1))});
  keys->push_back({.id = "k2", .hash = sha256(credential(9))});
  const KeyTable after(keys, &before);
  EXPECT_EQ(after.last_use(after.all()[0]), at(7));
  EXPECT_EQ(after.last_use(after.all()[1]), at(0));
}

TEST(Digests, AreTheSameInAllBytesOrNot) {
  const Sha256Digest one = sha256("a");
  EXPECT_TRUE(is_same_digest(one, sha256("a")));
  for (std::size_t i = 0; i < one.size(); ++i) {
    Sha256Digest other = one;
    other[i] ^= 0x80;
    EXPECT_FALSE(is_same_digest(one, other));
  }
  EXPECT_EQ(hex_of(sha256("abc")), sha256_hex("abc"));
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace llmgw::proxy
