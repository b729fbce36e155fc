// SPDX-License-Identifier: MIT
// What is said of a key that nobody showed.
#include "proxy/tenant/explain_key.hpp"

#include <gtest/gtest.h>

namespace llmgw::proxy {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::system_clock::time_point now{1'800'000'000s};

Config config(KeyMode mode) {
  Config made;
  made.key_mode = mode;
  const auto then = std::chrono::floor<std::chrono::milliseconds>(now);
  made.keys = std::make_shared<KeyList>(KeyList{
      {.id = "k1", .tenant = "team-a", .models = {"gpt-4o*"}},
      {.id = "old", .tenant = "team-a", .expires = then},
      {.id = "new", .tenant = "team-a", .not_before = then + 1ms},
      {.id = "off", .tenant = "team-a", .is_disabled = true},
      {.id = "many", .tenant = "team-a", .tenant_header = TenantHeader::trust, .tenants = {"eu-*"}},
  });
  return made;
}

KeyExplanation told(KeyMode mode, const KeyQuery& query) {
  return explain_key(config(mode), query, now);
}

TEST(ExplainKey, SaysNothingWhereNobodyAsks) {
  const auto none = told(KeyMode::off, {"", "t", "m"});
  EXPECT_EQ(none.text, "");
  EXPECT_EQ(none.tenant, "t");
  EXPECT_TRUE(none.goes_on);
  EXPECT_EQ(told(KeyMode::off, {"k1", "", ""}).text,
            "key       not looked at: GATEWAY_KEYS is off\n");
  EXPECT_EQ(told(KeyMode::off, {"k1", "", ""}).tenant, "default");
}

TEST(ExplainKey, SaysWhoseItIs) {
  const auto good = told(KeyMode::required, {"k1", "", "gpt-4o-mini"});
  EXPECT_EQ(good.text, "key       \"k1\", tenant \"team-a\": accepted\n");
  EXPECT_EQ(good.tenant, "team-a");
  EXPECT_TRUE(good.goes_on);
  EXPECT_EQ(told(KeyMode::required, {"many", "eu-1", ""}).tenant, "eu-1");
}

TEST(ExplainKey, SaysWhyItIsRefused) {
  const struct {
    KeyQuery query;
    std::string_view answer;
  } cases[] = {
      {{"k1", "", "o3"}, "403 model_not_allowed, as the model is none of the key's"},
      {{"k1", "team-b", ""}, "403 tenant_mismatch, as the tenant that it names is not the key's"},
      {{"old", "", ""}, "401 invalid_api_key, as the key has expired"},
      {{"new", "", ""}, "401 invalid_api_key, as the key is not good yet"},
      {{"off", "", ""}, "401 invalid_api_key, as the key is disabled"},
      {{"none", "", ""}, "401 invalid_api_key, as no key of this id is in the file"},
  };
  for (const auto& [query, answer] : cases) {
    const auto refused = told(KeyMode::required, query);
    EXPECT_FALSE(refused.goes_on) << answer;
    EXPECT_TRUE(refused.text.ends_with(": the gateway answers " + std::string(answer) + "\n"))
        << refused.text;
    const auto observed = told(KeyMode::observe, query);
    EXPECT_TRUE(observed.goes_on);
    EXPECT_TRUE(
        observed.text.ends_with(": with GATEWAY_KEYS=required " + std::string(answer) + "\n"))
        << observed.text;
  }
}

TEST(ExplainKey, GoesOnForWhoeverHasNotNamedOne) {
  const auto none = told(KeyMode::required, {"", "", "m"});
  EXPECT_EQ(none.text,
            "key       none: the gateway answers 401 invalid_api_key, as it has no key\n");
  EXPECT_TRUE(none.goes_on);
}

TEST(ExplainKey, DoesNotRepeatAKey) {
  const auto refused = told(KeyMode::required, {"gw_live_secret", "", ""});
  EXPECT_TRUE(refused.text.starts_with("key       ***: the gateway answers 401")) << refused.text;
}

}  // namespace
}  // namespace llmgw::proxy
