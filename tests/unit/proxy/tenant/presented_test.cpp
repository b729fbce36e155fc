// SPDX-License-Identifier: MIT
// Which field the credential is in, and which tenant is named.
#include "proxy/tenant/presented.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>

#include <deque>
#include <string>
#include <utility>
#include <vector>

namespace llmgw::proxy {
namespace {

using Lines = std::vector<std::pair<std::string, std::string>>;

// What is presented are views of the lines, which are kept for as long as the tests run.
Presented presented(const Lines& lines) {
  static std::deque<Lines> kept;
  std::vector<http::Field> fields;
  for (const auto& [name, value] : kept.emplace_back(lines))
    fields.push_back({name, value, http::field_id(name)});
  http::Head head;
  head.fields = fields;
  return presented_by(head);
}

TEST(Presented, FindsTheCredentialInEachField) {
  EXPECT_EQ(presented({}).credential, "");
  EXPECT_EQ(presented({{"Accept", "x"}, {"Authorization", "Bearer k"}}).credential, "k");
  EXPECT_EQ(presented({{"authorization", "bEaReR   k"}}).credential, "k");
  EXPECT_EQ(presented({{"api-key", "k"}}).credential, "k");
  EXPECT_EQ(presented({{"X-Api-Key", "k"}}).credential, "k");
  EXPECT_EQ(presented({{"x-goog-api-key", "k"}}).credential, "k");
}

TEST(Presented, OtherSchemesAreNone) {
  for (const char* value : {"Basic abc", "k", "Bearer", "Bearer ", "Bearer    ", "Bearerk", ""})
    EXPECT_EQ(presented({{"Authorization", value}}).credential, "") << value;
  EXPECT_EQ(presented({{"Authorization", "Basic abc"}, {"api-key", "k"}}).credential, "k");
  EXPECT_FALSE(presented({{"Authorization", "Basic abc"}, {"api-key", "k"}}).has_two_credentials);
}

TEST(Presented, TwoCredentialsAreSeenWhereTheyDiffer) {
  constexpr const char* names[] = {"authorization", "api-key", "x-api-key", "x-goog-api-key"};
  const auto value = [](const std::string& name, const std::string& key) {
    return name == "authorization" ? "Bearer " + key : key;
  };
  for (const std::string one : names) {
    for (const std::string other : names) {
      const auto same = presented({{one, value(one, "k")}, {other, value(other, "k")}});
      EXPECT_EQ(same.credential, "k");
      EXPECT_FALSE(same.has_two_credentials) << one << other;
      const auto two = presented({{one, value(one, "k")}, {other, value(other, "l")}});
      EXPECT_TRUE(two.has_two_credentials) << one << other;
      const auto rank = [&names](const std::string& name) {
        return std::find(std::begin(names), std::end(names), name) - std::begin(names);
      };
      EXPECT_EQ(two.credential, rank(one) <= rank(other) ? "k" : "l") << one << other;
    }
  }
  EXPECT_FALSE(presented({{"api-key", ""}, {"x-api-key", "k"}}).has_two_credentials);
  EXPECT_TRUE(
      presented({{"api-key", "k"}, {"x-api-key", "k"}, {"api-key", "l"}}).has_two_credentials);
}

TEST(Presented, NamesTheTenantOfTheFirstSoundField) {
  EXPECT_EQ(presented({}).tenant, "");
  EXPECT_EQ(presented({{"X-Tenant", "b"}, {"X-LLM-Tenant", "a"}}).tenant, "a");
  EXPECT_EQ(presented({{"X-Tenant", "b"}}).tenant, "b");
  EXPECT_EQ(presented({{"X-Tenant", "b"}, {"X-Tenant", "c"}}).tenant, "b");
  EXPECT_EQ(presented({{"X-LLM-Tenant", "a b"}, {"X-Tenant", "b"}}).tenant, "b");
  EXPECT_EQ(presented({{"X-LLM-Tenant", std::string(129, 'a')}}).tenant, "");
  EXPECT_EQ(presented({{"X-LLM-Tenant", std::string(128, 'a')}}).tenant, std::string(128, 'a'));
  EXPECT_EQ(presented({{"X-LLM-Tenant", "caf\xc3\xa9"}}).tenant, "");
}

TEST(Presented, TwoTenantsAreSeenWhereTheyDiffer) {
  EXPECT_FALSE(presented({{"X-Tenant", "a"}, {"X-LLM-Tenant", "a"}}).names_two_tenants);
  EXPECT_TRUE(presented({{"X-Tenant", "b"}, {"X-LLM-Tenant", "a"}}).names_two_tenants);
  EXPECT_TRUE(presented({{"X-Tenant", "a"}, {"X-Tenant", "b"}}).names_two_tenants);
  EXPECT_TRUE(
      presented({{"X-Tenant", "a"}, {"X-LLM-Tenant", "b"}, {"X-Tenant", "b"}}).names_two_tenants);
  EXPECT_FALSE(presented({{"X-Tenant", "a"}, {"X-LLM-Tenant", "b c"}}).names_two_tenants);
}

}  // namespace
}  // namespace llmgw::proxy
