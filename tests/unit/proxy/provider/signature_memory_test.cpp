// SPDX-License-Identifier: MIT
// Signatures are given back to the tenant whose they are, and the oldest make way.
#include "proxy/provider/signature_memory.hpp"

#include <gtest/gtest.h>

namespace llmgw::proxy {
namespace {

TEST(SignatureMemory, IsEachTenantsOwn) {
  SignatureMemory memory;
  memory.keep("a", "call", "one");
  memory.keep("", "call", "none's");
  EXPECT_EQ(memory.find("a", "call"), "one");
  EXPECT_EQ(memory.find("", "call"), "none's");
  EXPECT_EQ(memory.find("b", "call"), "");
  EXPECT_EQ(memory.find("a", "call2"), "");
  EXPECT_EQ(memory.find("acall", ""), "");
  // Whatever a call is named, it is within its tenant.
  memory.keep("a", std::string("b\0call", 6), "two");
  EXPECT_EQ(memory.find("a\0b", "call"), "one");
  EXPECT_EQ(memory.find("ab", "call"), "");
}

TEST(SignatureMemory, ALaterSignatureOfTheSameCallCounts) {
  SignatureMemory memory;
  memory.keep("a", "call", "one");
  const std::size_t size = memory.size();
  memory.keep("a", "call", "two");
  EXPECT_EQ(memory.find("a", "call"), "two");
  EXPECT_EQ(memory.count(), 1u);
  EXPECT_EQ(memory.size(), size);
}

TEST(SignatureMemory, TheOldestMakesWay) {
  constexpr std::size_t most = 10'000;
  SignatureMemory memory(most);
  for (int i = 0; i < 1'000; ++i) {
    memory.keep("t", std::to_string(i), std::string(100, 's'));
    ASSERT_LE(memory.size(), most);
  }
  const auto kept = static_cast<int>(memory.count());
  EXPECT_GT(kept, 20);
  EXPECT_EQ(memory.find("t", std::to_string(999 - kept)), "");
  EXPECT_NE(memory.find("t", std::to_string(1'000 - kept)), "");
  // One that is kept anew is the youngest.
  memory.keep("t", std::to_string(1'000 - kept), std::string(100, 's'));
  memory.keep("t", "new", std::string(100, 's'));
  EXPECT_NE(memory.find("t", std::to_string(1'000 - kept)), "");
  EXPECT_EQ(memory.find("t", std::to_string(1'001 - kept)), "");
}

TEST(SignatureMemory, WhatIsTooLargeIsNotKeptAndTakesNothingAway) {
  SignatureMemory memory(2'000);
  memory.keep("t", "a", "s");
  memory.keep("t", "b", std::string(2'000, 's'));
  EXPECT_EQ(memory.find("t", "b"), "");
  EXPECT_EQ(memory.find("t", "a"), "s");
  // But an old one of the same call does not hold any more.
  memory.keep("t", "a", std::string(2'000, 's'));
  EXPECT_EQ(memory.find("t", "a"), "");
  EXPECT_EQ(memory.size(), 0u);
}

TEST(SignatureMemory, NobodyRemembersWithoutOne) {
  const TenantSignatures nobody;
  nobody.keep("a", "s");
  EXPECT_EQ(nobody.find("a"), "");
  SignatureMemory memory;
  const TenantSignatures somebody{&memory, "t"};
  somebody.keep("a", "");
  EXPECT_EQ(memory.count(), 0u);
  somebody.keep("a", "s");
  EXPECT_EQ(memory.find("t", "a"), "s");
}

}  // namespace
}  // namespace llmgw::proxy
