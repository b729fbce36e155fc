// SPDX-License-Identifier: MIT
// What is kept of a token, and for how long.
#include "proxy/tenant/identity_memory.hpp"

#include <gtest/gtest.h>

#include "proxy/tenant/verdict.hpp"
#include "tests/support/signer.hpp"

namespace llmgw::proxy {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

constexpr sys_seconds now{seconds(1'800'000'000)};

struct Tokens {
  Signer signer = Signer::ed25519();

  TokenIssuer issuer(std::uint64_t generation, const Signer* other = nullptr) const {
    const std::string jwk = (other == nullptr ? signer : *other).jwk();
    return {.terms = {"https://issuer", "us", "tenant"},
            .keys = std::make_shared<const JwkSet>(
                JwkSet::parse(R"({"keys":[{)" + jwk + "}]}").value()),
            .generation = generation,
            .miss_key = [] {}};
  }
  std::string token(const std::string& more) const {
    return signer.token(
        R"({"alg":"EdDSA"})",
        R"({"iss":"https://issuer","aud":"us","tenant":"a","sub":"web")" + more + "}", "EdDSA");
  }
};

TEST(IdentityMemory, KeepsWhoItWas) {
  const Tokens tokens;
  const TokenIssuer issuer = tokens.issuer(1);
  IdentityMemory memory;
  const std::string token = tokens.token(R"(,"exp":1800000100)");
  const Identity first = std::get<Identity>(memory.find(token, issuer, now));
  EXPECT_EQ(first->tenant, "a");
  EXPECT_EQ(first->id, "web");
  EXPECT_EQ(std::get<Identity>(memory.find(token, issuer, now)), first);
  // Long past its end it is the same one: whoever uses it looks at its end each time.
  EXPECT_EQ(std::get<Identity>(memory.find(token, issuer, now + seconds(1000))), first);
  EXPECT_EQ(judge(*first, {}, now + seconds(1000)), KeyVerdict::expired);
  EXPECT_EQ(judge(*first, {}, now), KeyVerdict::accepted);
}

TEST(IdentityMemory, OtherKeysAreAskedAnew) {
  const Tokens tokens;
  const Signer other = Signer::ed25519();
  IdentityMemory memory;
  const std::string token = tokens.token(R"(,"exp":1800000100)");
  EXPECT_EQ(std::get<JwtFault>(memory.find(token, tokens.issuer(1, &other), now)),
            JwtFault::signature);
  EXPECT_EQ(std::get<JwtFault>(memory.find(token, tokens.issuer(1), now)), JwtFault::signature);
  EXPECT_TRUE(std::holds_alternative<Identity>(memory.find(token, tokens.issuer(2), now)));
  EXPECT_EQ(std::get<JwtFault>(memory.find(token, tokens.issuer(3, &other), now)),
            JwtFault::signature);
}

TEST(IdentityMemory, WhatTimeMendsIsNotKept) {
  const Tokens tokens;
  const TokenIssuer issuer = tokens.issuer(1);
  IdentityMemory memory;
  const std::string token = tokens.token(R"(,"nbf":1800000100,"exp":1800000200)");
  EXPECT_EQ(std::get<JwtFault>(memory.find(token, issuer, now)), JwtFault::not_yet_valid);
  EXPECT_TRUE(std::holds_alternative<Identity>(memory.find(token, issuer, now + seconds(100))));
}

TEST(IdentityMemory, ManyTokensEachTheirOwn) {
  const Tokens tokens;
  const TokenIssuer issuer = tokens.issuer(1);
  IdentityMemory memory;
  std::vector<std::string> all;
  for (int i = 0; i < 600; ++i)
    all.push_back(tokens.token(R"(,"exp":1800000100,"number":)" + std::to_string(i)));
  for (int turn = 0; turn < 2; ++turn) {
    for (const std::string& each : all)
      EXPECT_EQ(std::get<Identity>(memory.find(each, issuer, now))->id, "web");
  }
  for (const std::string& each : all) {
    std::string wrong = each;
    wrong.back() = wrong.back() == 'A' ? 'Q' : 'A';
    EXPECT_TRUE(std::holds_alternative<JwtFault>(memory.find(wrong, issuer, now)));
    EXPECT_TRUE(std::holds_alternative<Identity>(memory.find(each, issuer, now)));
  }
}

TEST(IdentityMemory, TooLong) {
  const Tokens tokens;
  IdentityMemory memory;
  EXPECT_EQ(
      std::get<JwtFault>(memory.find(std::string(longest_jwt + 1, 'e'), tokens.issuer(1), now)),
      JwtFault::malformed);
}

}  // namespace
}  // namespace llmgw::proxy
