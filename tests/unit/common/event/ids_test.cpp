// SPDX-License-Identifier: MIT
// Ids: form, order, and what a client may choose as its own.
#include "common/event/ids.hpp"

#include <gtest/gtest.h>

#include <string>
#include <unordered_set>

namespace llmgw {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::system_clock::time_point start{1'795'422'600'123ms};

TEST(Uuid, HasTheFormOfVersion7) {
  IdGenerator generator;
  for (int i = 0; i < 1'000; ++i) {
    const auto text = uuid_text(generator.next(start));
    std::string form(text.view());
    EXPECT_NE(std::string_view("89ab").find(form[19]), std::string_view::npos) << form;  // variant
    EXPECT_EQ(form[14], '7');                                                            // version
    for (char& c : form) {
      if (std::string_view("0123456789abcdef").find(c) != std::string_view::npos) c = 'h';
    }
    EXPECT_EQ(form, "hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh");
  }
}

TEST(Uuid, BeginsWithTheTime) {
  IdGenerator generator;
  const auto text =
      uuid_text(generator.next(std::chrono::system_clock::time_point(0x0123'4567'89abms)));
  EXPECT_EQ(text.view().substr(0, 15), "01234567-89ab-7");
}

TEST(Uuid, AndRequestIdSpellTheSameDigits) {
  Uuid uuid;
  for (std::size_t i = 0; i < 16; ++i) uuid.bytes[i] = static_cast<std::uint8_t>(i * 17);
  EXPECT_EQ(uuid_text(uuid).view(), "00112233-4455-6677-8899-aabbccddeeff");
  EXPECT_EQ(request_id_text(uuid).view(), "req_00112233445566778899aabbccddeeff");
  EXPECT_TRUE(is_valid_request_id(request_id_text(uuid).view()));
}

TEST(IdGenerator, NeverGoesBack) {
  IdGenerator generator;
  auto now = start;
  Uuid last = generator.next(now);
  for (int i = 0; i < 300'000; ++i) {
    if (i % 1'000 == 0) now += 1ms;
    if (i % 70'000 == 0) now -= 1h;
    const Uuid next = generator.next(now);
    ASSERT_LT(last, next) << i;
    ASSERT_LT(request_id_text(last).view(), request_id_text(next).view());
    last = next;
  }
}

TEST(IdGenerator, CountsOnWhenTheClockStandsBeforeTheEpoch) {
  IdGenerator generator;
  const std::chrono::system_clock::time_point before(-5s);
  const Uuid first = generator.next(before);
  EXPECT_LT(first, generator.next(before));
}

TEST(IdGenerator, ThoseOfTwoGeneratorsHaveNothingInCommon) {
  std::unordered_set<std::string> seen;
  for (int i = 0; i < 200; ++i) {
    IdGenerator generator;
    for (int n = 0; n < 100; ++n) seen.insert(std::string(uuid_text(generator.next(start)).view()));
  }
  EXPECT_EQ(seen.size(), 20'000U);
}

std::uint64_t low_half(const Uuid& uuid) {
  std::uint64_t value = 0;
  for (std::size_t i = 8; i < 16; ++i) value = value << 8 | uuid.bytes[i];
  return value;
}

// Before, the low half of an id was nearly the raw output of a generator whose state follows from a
// few of them.
TEST(IdGenerator, OneIdTellsNothingOfTheNext) {
  IdGenerator generator;
  auto now = start;
  std::unordered_set<std::uint64_t> steps;
  std::uint64_t last = 0;
  for (int i = 0; i < 10'000; ++i) {
    if (i % 2 == 0) now += 1ms;
    const std::uint64_t value = low_half(generator.next(now));
    steps.insert(value - last);
    if (i % 2 == 1) {
      EXPECT_LE((value - last) & ((1ULL << 62) - 1), 1ULL << 48);
    }
    last = value;
  }
  EXPECT_EQ(steps.size(), 10'000U);
}

TEST(RequestId, OfAClientIsTakenOverWhereItIsHarmless) {
  for (const auto& id : {std::string("a"), std::string("req_1.2-Z"), std::string(128, 'x')}) {
    EXPECT_TRUE(is_valid_request_id(id)) << id;
  }
  using namespace std::string_literals;
  for (const auto& id : {""s, std::string(129, 'x'), "a b"s, "a\nb"s, "a\0b"s, "\"x\""s, "a/b"s,
                         "\xc3\xa4"s, "a:b"s, "@"s, "["s, "`"s, "{"s}) {
    EXPECT_FALSE(is_valid_request_id(id)) << id;
  }
}

}  // namespace
}  // namespace llmgw
