// SPDX-License-Identifier: MIT
// The variables of an issuer of tokens: what they become, and what each needs of the others.
#include <gtest/gtest.h>

#include "tests/unit/proxy/load_config.hpp"

namespace llmgw::proxy {
namespace {

using namespace config_test;

const Map whole{{"UPSTREAM_OPENAI_API_KEY", "sk-secret"},
                {"GATEWAY_KEYS", "required"},
                {"GATEWAY_JWT_ISSUER", "https://issuer"},
                {"GATEWAY_JWT_JWKS_URL", "https://issuer/keys"}};

Map with(const std::string& name, const std::string& value) {
  Map map = whole;
  map[name] = value;
  return map;
}

std::string fault(const Map& map) {
  const auto config = load_with(map);
  if (config) return "none";
  std::string lines;
  for (const std::string& each : config.error().lines) lines += (lines.empty() ? "" : "\n") + each;
  return lines;
}

TEST(JwtSettings, OfAnAddress) {
  const auto config = load_with(whole);
  ASSERT_TRUE(config);
  const JwtSettings& jwt = config->jwt;
  EXPECT_TRUE(jwt.is_set());
  EXPECT_EQ(jwt.terms, (JwtTerms{"https://issuer", "llm-gateway", "/kubernetes.io/namespace"}));
  EXPECT_EQ(to_string(*jwt.keys_url), "https://issuer/keys");
  EXPECT_TRUE(jwt.keys_file.empty() && jwt.ca_file.empty() && jwt.token_file.empty());
}

TEST(JwtSettings, NoneUnlessThereIsAnIssuer) {
  const auto config = load_with({{"UPSTREAM_OPENAI_API_KEY", "sk-secret"}});
  ASSERT_TRUE(config);
  EXPECT_FALSE(config->jwt.is_set());
}

TEST(JwtSettings, Claims) {
  for (const char* claim : {"tenant", "/a/b", "/a~0b/~1", "/", "kubernetes.io"})
    EXPECT_EQ(fault(with("GATEWAY_JWT_TENANT_CLAIM", claim)), "none") << claim;
  for (const std::string claim : {"/a~", "/a~2", "/~/b"})
    EXPECT_EQ(fault(with("GATEWAY_JWT_TENANT_CLAIM", claim)),
              "GATEWAY_JWT_TENANT_CLAIM=\"" + claim +
                  "\": must be the name of a claim, or a JSON pointer to it that begins with a "
                  "slash");
}

TEST(JwtSettings, FilesMustBeThere) {
  EXPECT_EQ(fault(with("GATEWAY_JWT_JWKS_CA_FILE", "/none")),
            "GATEWAY_JWT_JWKS_CA_FILE=\"/none\": cannot be read: No such file or directory");
  Map map = with("GATEWAY_JWT_JWKS_FILE", "/none");
  map.erase("GATEWAY_JWT_JWKS_URL");
  EXPECT_EQ(fault(map),
            "GATEWAY_JWT_JWKS_FILE=\"/none\": cannot be read: No such file or directory");
  map["GATEWAY_JWT_JWKS_FILE"] = "/key";
  EXPECT_EQ(fault(map), "none");
}

TEST(JwtSettings, OneSourceOfKeys) {
  const std::string one_of_two =
      "GATEWAY_JWT_ISSUER: needs either GATEWAY_JWT_JWKS_FILE or GATEWAY_JWT_JWKS_URL, not both";
  EXPECT_EQ(fault(with("GATEWAY_JWT_JWKS_FILE", "/key")), one_of_two);
  Map neither = whole;
  neither.erase("GATEWAY_JWT_JWKS_URL");
  EXPECT_EQ(fault(neither), one_of_two);
  Map nobody = whole;
  nobody.erase("GATEWAY_JWT_ISSUER");
  nobody["GATEWAY_KEYS"] = "off";
  EXPECT_EQ(fault(nobody), "GATEWAY_JWT_ISSUER: is required where there are keys of one");
}

TEST(JwtSettings, SomebodyHasToLook) {
  EXPECT_EQ(fault(with("GATEWAY_KEYS", "off")),
            "GATEWAY_JWT_ISSUER: is of no use with GATEWAY_KEYS=off, where nobody looks at "
            "credentials");
  EXPECT_EQ(fault(with("GATEWAY_KEYS", "observe")), "none");
}

}  // namespace
}  // namespace llmgw::proxy
