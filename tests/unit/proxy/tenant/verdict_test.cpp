// SPDX-License-Identifier: MIT
// What a key allows: when, for whom, for which model.
#include "proxy/tenant/verdict.hpp"

#include <gtest/gtest.h>

#include "proxy/tenant/gateway_key.hpp"

namespace llmgw::proxy {
namespace {

using namespace std::chrono_literals;
using V = KeyVerdict;

constexpr KeySettings::Time noon{1'000'000s};

KeySettings key() { return {.id = "k", .tenant = "team-a"}; }

V judged(const KeySettings& of, std::string_view tenant = "", KeySettings::Time now = noon) {
  return judge(of, {.tenant = tenant}, now);
}

TEST(KeyVerdict, TellsWhatIsNoKey) {
  const std::string sound = make_gateway_key(KeyKind::live, [] { return 0x0102030405060708U; });
  EXPECT_EQ(verdict_without_key(""), V::missing);
  EXPECT_EQ(verdict_without_key("sk-0123456789abcdef"), V::unknown);
  EXPECT_EQ(verdict_without_key(sound), V::unknown);
  EXPECT_EQ(verdict_without_key(sound.substr(0, 45)), V::checksum);
  EXPECT_EQ(verdict_without_key("gw_live_"), V::checksum);
  EXPECT_EQ(verdict_without_key("gw_test_x"), V::checksum);
  EXPECT_EQ(verdict_without_key("gw_x"), V::unknown);
}

TEST(KeyVerdict, HasAWordForEach) {
  EXPECT_EQ(verdict_word(V::accepted), "accepted");
  EXPECT_EQ(verdict_word(V::checksum), "checksum");
  EXPECT_EQ(verdict_word(V::model_not_allowed), "model_not_allowed");
}

TEST(KeyVerdict, HoldsBounds) {
  KeySettings bounded = key();
  EXPECT_FALSE(is_bounded(bounded));
  bounded.not_before = noon;
  bounded.expires = noon + 10s;
  EXPECT_TRUE(is_bounded(bounded));
  EXPECT_EQ(judged(bounded, "", noon - 1ms), V::not_yet_valid);
  EXPECT_EQ(judged(bounded, "", noon), V::accepted);
  EXPECT_EQ(judged(bounded, "", noon + 9'999ms), V::accepted);
  EXPECT_EQ(judged(bounded, "", noon + 10s), V::expired);
  bounded.is_disabled = true;
  for (const auto now : {noon - 1s, noon, noon + 1h})
    EXPECT_EQ(judged(bounded, "", now), V::disabled);
}

TEST(KeyVerdict, RefusesAForeignTenant) {
  EXPECT_EQ(judged(key()), V::accepted);
  EXPECT_EQ(judged(key(), "team-a"), V::accepted);
  for (const auto* other : {"team-b", "team", "team-a2", "TEAM-A"})
    EXPECT_EQ(judged(key(), other), V::tenant_mismatch) << other;
  EXPECT_EQ(judge(key(), {.tenant = "team-a", .names_two_tenants = true}, noon),
            V::tenant_mismatch);
  EXPECT_EQ(tenant_by(key(), {.tenant = "team-b"}), "team-a");
}

TEST(KeyVerdict, IgnoresOrTrustsIt) {
  KeySettings of = key();
  of.tenant_header = TenantHeader::ignore;
  EXPECT_EQ(judged(of, "team-b"), V::accepted);
  EXPECT_EQ(judge(of, {.tenant = "x", .names_two_tenants = true}, noon), V::accepted);
  EXPECT_EQ(tenant_by(of, {.tenant = "team-b"}), "team-a");

  of.tenant_header = TenantHeader::trust;
  of.tenants = {"eu-*", "bank"};
  for (const auto* good : {"eu-", "eu-1", "bank", "team-a"}) {
    EXPECT_EQ(judged(of, good), V::accepted) << good;
    EXPECT_EQ(tenant_by(of, {.tenant = good}), good);
  }
  for (const auto* bad : {"eu", "bank2", "us-1", "Bank"}) {
    EXPECT_EQ(judged(of, bad), V::tenant_mismatch) << bad;
    EXPECT_EQ(tenant_by(of, {.tenant = bad}), "team-a");
  }
  EXPECT_EQ(judged(of), V::accepted);
  EXPECT_EQ(tenant_by(of, {}), "team-a");
  const Presented two{.tenant = "bank", .names_two_tenants = true};
  EXPECT_EQ(judge(of, two, noon), V::tenant_mismatch);
  EXPECT_EQ(tenant_by(of, two), "team-a");
}

TEST(KeyVerdict, AllowsModelsByPatterns) {
  KeySettings of = key();
  EXPECT_TRUE(allows_model(of, "anything"));
  EXPECT_TRUE(allows_model(of, ""));
  of.models = {"gpt-4o*", "text-embedding-3-small", "openai/*"};
  for (const auto* good : {"gpt-4o", "gpt-4o-mini", "text-embedding-3-small", "openai/x"})
    EXPECT_TRUE(allows_model(of, good)) << good;
  for (const auto* bad :
       {"", "gpt-4", "GPT-4o", " gpt-4o", "text-embedding-3-small2", "azure/gpt-4o", "openai", "*"})
    EXPECT_FALSE(allows_model(of, bad)) << bad;
  of.models = {"*"};
  EXPECT_TRUE(allows_model(of, ""));
}

}  // namespace
}  // namespace llmgw::proxy
