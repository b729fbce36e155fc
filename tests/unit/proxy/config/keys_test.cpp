// SPDX-License-Identifier: MIT
// The section `keys` and GATEWAY_KEYS: what they become, and every fault at once.
#include <gtest/gtest.h>

#include "tests/unit/proxy/load_config.hpp"

namespace llmgw::proxy {
namespace {

using namespace config_test;
using namespace std::chrono_literals;

using Files = std::map<std::string, std::string>;

Checked<Config> load_files(const Files& files, const std::string& mode, Map map = {}) {
  const bool is_folder = files.size() > 1;
  map.insert({"GATEWAY_CONFIG", is_folder ? "/c" : files.begin()->first});
  map.insert({"UPSTREAM_OPENAI_API_KEY", "sk-secret"});
  map.insert({"GATEWAY_KEYS", mode});
  const auto read = [&files](const std::string& each) -> Result<std::string> {
    const auto found = files.find(each);
    return found == files.end() ? read_fake(each) : found->second;
  };
  const auto list = [&files](const std::string&) -> Result<std::vector<std::string>> {
    std::vector<std::string> names;
    for (const auto& [name, text] : files) names.push_back(name);
    return names;
  };
  return load_config(Environment(std::move(map)), read, 3, list);
}

Config good(const std::string& text, const std::string& mode = "required") {
  auto config = load_files({{"/c/k.yaml", "version: 1\n" + text}}, mode);
  if (config) return *config;
  for (const auto& line : config.error().lines) ADD_FAILURE() << line;
  return {};
}

std::string faults_of(const Checked<Config>& config) {
  if (config) return "none";
  std::string all;
  for (const std::string& each : config.error().lines)
    all.append(all.empty() ? "" : "\n").append(each);
  return all;
}

std::string faults(const std::string& text) {
  return faults_of(load_files({{"/c/k.yaml", "version: 1\n" + text}}, "required"));
}

std::string hash(const std::string& of) { return "\"sha256:" + sha256_hex(of) + "\""; }

// `more`: members behind id, hash and tenant.
std::string one(const std::string& more) {
  return "keys: [{id: k, hash: " + hash("a") + ", tenant: t, " + more + "}]\n";
}

TEST(KeysSection, BecomesAList) {
  const Config config = good(
      "keys:\n"
      "  - {id: k_web1, hash: " +
      hash("a") +
      ", tenant: team-a}\n"
      "  - id: k.2\n"
      "    hash: " +
      hash("b") +
      "\n"
      "    tenant: \"eu/bank:1\"\n"
      "    models: [\"gpt-4o*\", text-embedding-3-small]\n"
      "    not_before: 2026-12-01T00:00:00Z\n"
      "    expires: 2027-03-01T00:00:00.500+01:00\n"
      "    disabled: true\n"
      "    tenant_header: trust\n"
      "    tenants: \"eu-*\"\n");
  EXPECT_EQ(config.key_mode, KeyMode::required);
  ASSERT_EQ(config.keys->size(), 2U);
  const KeySettings& plain = config.keys->at(0);
  EXPECT_EQ(plain.id, "k_web1");
  EXPECT_EQ(plain.hash, sha256("a"));
  EXPECT_EQ(plain.tenant, "team-a");
  EXPECT_TRUE(plain.models.empty());
  EXPECT_FALSE(plain.not_before || plain.expires || plain.is_disabled);
  EXPECT_EQ(plain.tenant_header, TenantHeader::refuse);
  const KeySettings& full = config.keys->at(1);
  EXPECT_EQ(full.tenant, "eu/bank:1");
  EXPECT_EQ(full.models, (std::vector<std::string>{"gpt-4o*", "text-embedding-3-small"}));
  EXPECT_EQ(*full.not_before, std::chrono::sys_days(std::chrono::year(2026) / 12 / 1));
  EXPECT_EQ(*full.expires, std::chrono::sys_days(std::chrono::year(2027) / 2 / 28) + 23h + 500ms);
  EXPECT_TRUE(full.is_disabled);
  EXPECT_EQ(full.tenant_header, TenantHeader::trust);
  EXPECT_EQ(full.tenants, std::vector<std::string>{"eu-*"});
}

TEST(KeysSection, LeavesTheUpstreamToTheVariables) {
  const Config config = good(one("disabled: false"));
  EXPECT_FALSE(routes_by_file(config));
  EXPECT_EQ(config.upstreams.size(), 1U);
  EXPECT_EQ(config.upstreams[0].keys.at(0).key.reveal(), "sk-secret");
}

TEST(KeysSection, IsShownInALineForEachKey) {
  const Config config = good("keys:\n  - {id: k, hash: " + hash("a") +
                             ", tenant: t, models: [a, b], tenant_header: trust, "
                             "tenants: [c], disabled: true, expires: 2027-03-01T00:00:00Z}\n");
  std::vector<EffectiveMember> shown;
  for (const auto& each : config.file.effective)
    if (each.path.starts_with("keys")) shown.push_back(each);
  ASSERT_EQ(shown.size(), 1U);
  EXPECT_EQ(shown[0].path, "keys[0]");
  EXPECT_EQ(shown[0].value,
            "k of t; models a, b; expires 2027-03-01T00:00:00.000Z; disabled true; "
            "tenant_header trust; tenants c");
  EXPECT_EQ(shown[0].by, "k.yaml:3");
}

TEST(KeysSection, IsJoinedFromSeveralFiles) {
  const auto config =
      load_files({{"/c/1.yaml", "version: 1\n"},
                  {"/c/2.yaml", "keys: [{id: a, hash: " + hash("a") + ", tenant: t}]\n"},
                  {"/c/3.json", "{\"keys\": [{\"id\": \"b\", \"hash\": " + hash("b") +
                                    ", \"tenant\": \"t\"}]}"}},
                 "observe");
  ASSERT_TRUE(config) << faults_of(config);
  ASSERT_EQ(config->keys->size(), 2U);
  EXPECT_EQ(config->keys->at(1).id, "b");
}

TEST(KeysSection, NamesBothPlacesOfWhatStandsTwice) {
  EXPECT_EQ(faults("keys:\n"
                   "  - {id: a, hash: " +
                   hash("a") +
                   ", tenant: t}\n"
                   "  - {id: b, hash: " +
                   hash("a") +
                   ", tenant: t}\n"
                   "  - {id: a, hash: " +
                   hash("b") + ", tenant: t}\n"),
            "/c/k.yaml:4:19: keys[1]: this hash is another key's; first in /c/k.yaml:3:19\n"
            "/c/k.yaml:5:10: keys[2]: this id is another key's; first in /c/k.yaml:3:10");
  const std::string text = "keys: [{id: a, hash: " + hash("a") + ", tenant: t}]\n";
  EXPECT_EQ(
      faults_of(load_files({{"/c/1.yaml", "version: 1\n" + text}, {"/c/2.yaml", text}}, "off")),
      "/c/2.yaml:1:13: keys[1]: this id is another key's; first in /c/1.yaml:2:13\n"
      "/c/2.yaml:1:22: keys[1]: this hash is another key's; first in /c/1.yaml:2:22");
}

TEST(KeysSection, SaysWhatIsWrong) {
  const auto has = [](const std::string& text, const std::string& fault) {
    const std::string all = faults(text);
    EXPECT_NE(all.find(fault), all.npos) << all;
  };
  has("keys: {}\n", "keys: is an object; accepted is a list of 0 to 100000");
  has("keys: [{id: k, tenant: t}]\n", "keys[0]: `hash` is missing; accepted is `sha256:`");
  has("keys: [{hash: " + hash("a") + ", tenant: t}]\n", "keys[0]: `id` is missing");
  has("keys: [{id: k, hash: " + hash("a") + "}]\n", "keys[0]: `tenant` is missing");
  has(one("limit: 1"), "keys[0]: `limit` is not known here");
  has(one("models: []"), "keys[0].models: holds 0; accepted are 1 to 1000");
  has(one("models: [\"a*b\"]"), "keys[0].models[0]: not 1 to 256 of visible ASCII, with `*` only");
  has(one("expires: tomorrow"), "keys[0].expires: not a time such as 2027-03-01T00:00:00Z");
  has(one("expires: 2027-02-30T00:00:00Z"), "keys[0].expires: not a time such as");
  has(one("disabled: yes"), "keys[0].disabled=\"yes\": not true or false");
  has(one("tenant_header: drop"), "keys[0].tenant_header=\"drop\": not refuse, ignore or trust");
  has(one("tenant_header: trust"), "keys[0]: `tenant_header: trust` needs `tenants`");
  has(one("tenants: a"), "keys[0]: `tenants` is for `tenant_header: trust` alone");
  has(one("not_before: 2027-01-01T00:00:00Z, expires: 2027-01-01T00:00:00Z"),
      "keys[0]: `expires` is not behind `not_before`");
  has("keys: [{id: \"a b\", hash: " + hash("a") + ", tenant: t}]\n", "keys[0].id: not 1 to 64 of");
  has("keys: [{id: k, hash: " + hash("a") + ", tenant: \"a b\"}]\n",
      "keys[0].tenant: not 1 to 128");
}

// A key in the place of anything else must not reach the log.
TEST(KeysSection, RepeatsNoKey) {
  const std::string key = "gw_live_canary0123456789";
  for (const std::string& text :
       {"keys: [{id: " + key + ", hash: " + hash("a") + ", tenant: t}]\n",
        "keys: [{id: k, hash: " + key + ", tenant: t}]\n",
        "keys: [{id: k, hash: " + hash("a") + ", tenant: " + key + "}]\n",
        "keys: [{" + key + ": k, hash: " + hash("a") + ", tenant: t}]\n", key + ": 1\n"}) {
    const std::string all = faults(text);
    EXPECT_NE(all, "none") << text;
    EXPECT_EQ(all.find("canary"), all.npos) << all;
  }
  for (const std::string& bad : {"sha256:" + std::string(63, 'a'), "sha256:" + std::string(64, 'A'),
                                 std::string(64, 'a'), "sha1:" + std::string(64, 'a')})
    EXPECT_NE(faults("keys: [{id: k, hash: \"" + bad + "\", tenant: t}]\n")
                  .find("keys[0].hash: not `sha256:`"),
              std::string::npos);
}

TEST(KeysSection, HoldsManyThousands) {
  std::string text = "keys:\n";
  for (int i = 0; i < 5'000; ++i)
    text +=
        "  - {id: k" + std::to_string(i) + ", hash: " + hash(std::to_string(i)) + ", tenant: t}\n";
  EXPECT_EQ(good(text).keys->size(), 5'000U);
}

TEST(GatewayKeys, NeedsTheFile) {
  Map map;
  map.insert({"GATEWAY_KEYS", "required"});
  EXPECT_EQ(faults_of(load_with(map)),
            "GATEWAY_KEYS=\"required\": needs GATEWAY_CONFIG, whose section `keys` has the keys");
  map["GATEWAY_KEYS"] = "off";
  EXPECT_TRUE(load_with(map));
  map["GATEWAY_KEYS"] = "on";
  EXPECT_EQ(faults_of(load_with(map)), "GATEWAY_KEYS=\"on\": not one of off, observe or required");
}

TEST(GatewayKeys, AreOffUnlessAskedFor) {
  EXPECT_EQ(config_test::good({}).key_mode, KeyMode::off);
  EXPECT_TRUE(config_test::good({}).keys->empty());
  EXPECT_EQ(good("keys: []\n", "observe").key_mode, KeyMode::observe);
}

// An empty list locks out all: accepted at start, where nobody calls yet, and refused later.
TEST(GatewayKeys, AnEmptyListIsNoReload) {
  const Config running = good(one("disabled: false"));
  const auto reloaded = [&](const Config& from, const std::string& text) {
    return reload_config(
        from, Environment(Map{}),
        [&text](const std::string&) -> Result<std::string> { return "version: 1\n" + text; },
        [](const std::string& path) -> Result<std::vector<std::string>> {
          return std::vector{path};
        });
  };
  for (const auto* text : {"keys: []\n", ""}) {
    EXPECT_EQ(faults_of(reloaded(running, text)),
              "/c/k.yaml: `keys` is empty, and with GATEWAY_KEYS=required nobody could call");
    EXPECT_TRUE(reloaded(good("keys: []\n"), text));
    EXPECT_TRUE(reloaded(good(one("disabled: false"), "observe"), text));
  }
  const auto more = reloaded(running, one("disabled: true"));
  ASSERT_TRUE(more);
  EXPECT_TRUE(more->keys->at(0).is_disabled);
}

}  // namespace
}  // namespace llmgw::proxy
