// SPDX-License-Identifier: MIT
// Who is let in: by token, cookie, name of this machine; and whom browsers bring against their
// will.
#include "collector/query/query_gate.hpp"

#include <gtest/gtest.h>

#include "common/system/sha256.hpp"

namespace llmgw::collector {
namespace {

using Fields = std::vector<http::EndpointField>;

http::EndpointHead head(Fields fields) {
  http::EndpointHead made;
  made.fields = std::move(fields);
  return made;
}

QueryAccess access() {
  return QueryAccess::parse("all sha256:" + sha256_hex("secret") + " admin\n" +
                            "own sha256:" + sha256_hex("other") + " tenant=team-a\n")
      .value();
}

int status_of(QueryGate& gate, Fields fields) {
  const QueryScope* scope = nullptr;
  const auto refused = gate.refusal_of(head(std::move(fields)), scope);
  return refused ? refused->status : 200;
}

std::string cookie_in(QueryGate& gate, Fields fields) {
  std::string cookie;
  const auto refused = gate.open(head(std::move(fields)), cookie);
  EXPECT_EQ(refused.has_value(), cookie.empty());
  return cookie.substr(0, cookie.find(';'));
}

const Fields good{{"Host", "127.0.0.1:8082"},
                  {"Origin", "http://127.0.0.1:8082"},
                  {"Authorization", "Bearer secret"}};

Fields with(Fields fields, std::string_view name, std::string value) {
  std::erase_if(fields, [name](const auto& each) { return each.name == name; });
  if (!value.empty()) fields.push_back({std::string(name), std::move(value)});
  return fields;
}

TEST(QueryGate, WithoutTokensKnowsThisMachineByItsNames) {
  QueryGate gate;
  EXPECT_EQ(status_of(gate, {{"Host", "localhost:8082"}}), 200);
  EXPECT_EQ(status_of(gate, {{"Host", "evil.example"}}), 403);
  EXPECT_EQ(status_of(gate, {}), 403);
  EXPECT_EQ(status_of(gate, {{"Host", "localhost"}, {"Host", "localhost"}}), 403);
  EXPECT_EQ(status_of(gate, {{"Host", "localhost"}, {"Sec-Fetch-Site", "same-origin"}}), 200);
  EXPECT_EQ(status_of(gate, {{"Host", "localhost"}, {"Sec-Fetch-Site", "none"}}), 200);
  EXPECT_EQ(status_of(gate, {{"Host", "localhost"}, {"Sec-Fetch-Site", "cross-site"}}), 403);
  EXPECT_EQ(status_of(gate, {{"Host", "localhost"}, {"Sec-Fetch-Site", "same-site"}}), 403);
  std::string cookie;
  EXPECT_EQ(gate.open(head(good), cookie)->code, "no_login");
}

TEST(QueryGate, OpensASessionForATokenAlone) {
  QueryGate gate;
  gate.set_access(access());
  const std::string cookie = cookie_in(gate, good);
  ASSERT_EQ(cookie.size(), std::string("llmgw_session=").size() + 64);
  EXPECT_NE(cookie, cookie_in(gate, good));
  const QueryScope* scope = nullptr;
  EXPECT_FALSE(gate.refusal_of(head({{"Host", "any"}, {"Cookie", cookie}}), scope));
  ASSERT_NE(scope, nullptr);
  EXPECT_FALSE(scope->tenants);
  EXPECT_EQ(status_of(gate, {{"Host", "any"}, {"Cookie", "llmgw_session=0123"}}), 401);
  EXPECT_EQ(status_of(gate, {{"Host", "any"}}), 401);
  EXPECT_EQ(status_of(gate, {{"Cookie", cookie}, {"Sec-Fetch-Site", "cross-site"}}), 403);
  EXPECT_EQ(status_of(gate, {{"Authorization", "Bearer other"}, {"Sec-Fetch-Site", "cross-site"}}),
            200);
}

TEST(QueryGate, TakesLoginsFromItsOwnPageAlone) {
  QueryGate gate;
  gate.set_access(access());
  std::string cookie;
  for (const auto* origin :
       {"", "null", "http://evil.example", "http://127.0.0.1:8083", "https://"})
    EXPECT_EQ(gate.open(head(with(good, "Origin", origin)), cookie)->code, "origin_not_allowed")
        << origin;
  EXPECT_EQ(gate.open(head(with(good, "Authorization", "Bearer wrong")), cookie)->status, 401);
  EXPECT_EQ(gate.open(head(with(good, "Authorization", "")), cookie)->status, 401);
  EXPECT_TRUE(cookie.empty());
  EXPECT_FALSE(gate.open(head(with(good, "Origin", "https://127.0.0.1:8082")), cookie));
}

TEST(QueryGate, ForgetsSessionsOfTokensThatAreGone) {
  QueryGate gate;
  gate.set_access(access());
  const std::string cookie = cookie_in(gate, good);
  gate.set_access(QueryAccess::parse("own sha256:" + sha256_hex("other") + " admin\n").value());
  EXPECT_EQ(status_of(gate, {{"Cookie", cookie}}), 401);
}

TEST(QueryGate, EndsASession) {
  QueryGate gate;
  gate.set_access(access());
  const std::string cookie = cookie_in(gate, good);
  std::string cleared;
  EXPECT_EQ(gate.close(head({{"Host", "h"}, {"Cookie", cookie}}), cleared)->status, 403);
  EXPECT_FALSE(
      gate.close(head({{"Host", "h"}, {"Origin", "http://h"}, {"Cookie", cookie}}), cleared));
  EXPECT_NE(cleared.find("Max-Age=0"), std::string::npos);
  EXPECT_EQ(status_of(gate, {{"Cookie", cookie}}), 401);
  EXPECT_EQ(gate.sessions(), 0U);
}

TEST(QueryGate, BoundsWrongTokensAndLetsTheRightOneIn) {
  QueryGate gate;
  gate.set_access(access());
  for (int i = 0; i < 50; ++i) EXPECT_EQ(status_of(gate, {}), 401);  // nobody has tried one
  for (int i = 0; i < 10; ++i) EXPECT_EQ(status_of(gate, {{"Authorization", "Bearer x"}}), 401);
  EXPECT_EQ(status_of(gate, {{"Authorization", "Bearer x"}}), 429);
  std::string cookie;
  EXPECT_EQ(gate.open(head(with(good, "Authorization", "Bearer x")), cookie)->status, 429);
  EXPECT_FALSE(cookie_in(gate, good).empty());
}

TEST(QueryGate, WithAPublicAddressIsThereByItsName) {
  QueryGate gate;
  gate.set_access(access());
  gate.set_public_url(*parse_http_url("https://usage.example.com"));
  EXPECT_FALSE(gate.refusal_of_host(head({{"Host", "usage.example.com"}})));
  EXPECT_FALSE(gate.refusal_of_host(head({{"Host", "localhost:8082"}})));
  EXPECT_EQ(gate.refusal_of_host(head({{"Host", "evil.example"}}))->status, 403);
  std::string cookie;
  const Fields there{{"Host", "usage.example.com"},
                     {"Origin", "https://usage.example.com"},
                     {"Authorization", "Bearer secret"}};
  ASSERT_FALSE(gate.open(head(there), cookie));
  EXPECT_TRUE(cookie.starts_with("__Host-llmgw_session="));
  EXPECT_TRUE(cookie.ends_with("; Path=/; Max-Age=43200; HttpOnly; SameSite=Strict; Secure"));
  EXPECT_EQ(gate.open(head(with(there, "Origin", "http://usage.example.com")), cookie)->status,
            403);
  cookie.resize(cookie.find(';'));
  EXPECT_EQ(status_of(gate, {{"Host", "usage.example.com"}, {"Cookie", cookie}}), 200);
  EXPECT_EQ(status_of(gate, {{"Host", "evil.example"}, {"Cookie", cookie}}), 403);
  EXPECT_EQ(status_of(gate, {{"Host", "collector:8082"}, {"Authorization", "Bearer secret"}}), 200);
}

}  // namespace
}  // namespace llmgw::collector
