// SPDX-License-Identifier: MIT
// Tokens that are accepted, and each thing that a forged, foreign or old one has wrong.
#include "proxy/tenant/jwt.hpp"

#include <gtest/gtest.h>

#include "tests/support/signer.hpp"

namespace llmgw::proxy {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

const JwtTerms terms{.issuer = "https://issuer.example",
                     .audience = "llm-gateway",
                     .tenant_claim = "/kubernetes.io/namespace"};
constexpr sys_seconds now{seconds(1'800'000'000)};

const Signer& signer() {
  static const Signer made = Signer::p256();
  return made;
}

JwkSet set_of(const std::string& jwk, const std::string& more = R"(,"kid":"one")") {
  return JwkSet::parse(R"({"keys":[{)" + jwk + more + "}]}").value();
}

const JwkSet& keys() {
  static const JwkSet made = set_of(signer().jwk());
  return made;
}

// Claims of a service account's token, one of them replaced.
std::string claims(std::string_view name = {}, std::string_view value = {}) {
  const std::pair<std::string_view, std::string_view> usual[] = {
      {"iss", R"("https://issuer.example")"},
      {"aud", R"(["llm-gateway"])"},
      {"exp", "1800003600"},
      {"nbf", "1799999000"},
      {"sub", R"("system:serviceaccount:team-a:web")"},
      {"kubernetes.io", R"({"namespace":"team-a","serviceaccount":{"name":"web"}})"}};
  std::string text = "{";
  for (const auto& [each, content] : usual) {
    const std::string_view shown = each == name ? value : content;
    if (shown.empty()) continue;
    text.append(text.size() > 1 ? "," : "").append("\"").append(each).append("\":").append(shown);
  }
  return text + "}";
}

constexpr std::string_view header = R"({"alg":"ES256","kid":"one"})";

std::string found(const std::string& token, const JwkSet& set = keys(), sys_seconds at = now) {
  const auto result = check_jwt(token, set, terms, at);
  if (const JwtFault* fault = std::get_if<JwtFault>(&result)) return std::string(word(*fault));
  return "tenant " + std::get<JwtIdentity>(result).tenant;
}

std::string with(std::string_view name, std::string_view value) {
  return found(signer().token(header, claims(name, value), "ES256"));
}

TEST(Jwt, Accepted) {
  const auto result = check_jwt(signer().token(header, claims(), "ES256"), keys(), terms, now);
  const auto& identity = std::get<JwtIdentity>(result);
  EXPECT_EQ(identity.tenant, "team-a");
  EXPECT_EQ(identity.subject, "system:serviceaccount:team-a:web");
  EXPECT_EQ(identity.expires, sys_seconds(seconds(1'800'003'600)) + jwt_leeway);
}

TEST(Jwt, Issuer) {
  EXPECT_EQ(with("iss", R"("https://issuer.example/")"), "issuer");
  EXPECT_EQ(with("iss", "1"), "issuer");
  EXPECT_EQ(with("iss", ""), "issuer");
}

TEST(Jwt, Audience) {
  EXPECT_EQ(with("aud", R"("llm-gateway")"), "tenant team-a");
  EXPECT_EQ(with("aud", R"(["other","llm-gateway"])"), "tenant team-a");
  for (const char* value : {R"("other")", R"(["other"])", "[]", R"({"llm-gateway":1})", "null", "",
                            R"([["llm-gateway"]])"})
    EXPECT_EQ(with("aud", value), "audience") << value;
}

TEST(Jwt, Expiry) {
  const std::string token = signer().token(header, claims(), "ES256");
  const sys_seconds end(seconds(1'800'003'600));
  EXPECT_EQ(found(token, keys(), end + jwt_leeway - seconds(1)), "tenant team-a");
  EXPECT_EQ(found(token, keys(), end + jwt_leeway), "expired");
  EXPECT_EQ(with("exp", "1800003600.5"), "tenant team-a");
  EXPECT_EQ(with("exp", "1.8000036e9"), "tenant team-a");
  for (const char* value : {"", "null", R"("1800003600")", "-1", "1e300", "true"})
    EXPECT_EQ(with("exp", value), "expired") << value;
}

TEST(Jwt, NotBefore) {
  EXPECT_EQ(with("nbf", ""), "tenant team-a");
  EXPECT_EQ(with("nbf", "1800000030"), "tenant team-a");  // within the leeway
  EXPECT_EQ(with("nbf", "1800000031"), "not_yet_valid");
  EXPECT_EQ(with("nbf", "null"), "not_yet_valid");
}

TEST(Jwt, Tenant) {
  for (const char* value :
       {"", "1", "{}", R"({"namespace":1})", R"({"namespace":""})", R"({"namespace":"a b"})",
        R"({"namespace":"\u00e9"})", R"(["team-a"])", R"({"namespace":"a\nb"})"})
    EXPECT_EQ(with("kubernetes.io", value), "no_tenant") << value;
  EXPECT_EQ(with("kubernetes.io", R"({"namespace":")" + std::string(128, 'a') + R"("})"),
            "tenant " + std::string(128, 'a'));
  EXPECT_EQ(with("kubernetes.io", R"({"namespace":")" + std::string(129, 'a') + R"("})"),
            "no_tenant");
}

TEST(Jwt, TenantOfAPlainName) {
  JwtTerms plain = terms;
  plain.tenant_claim = "sub";
  const auto result = check_jwt(signer().token(header, claims(), "ES256"), keys(), plain, now);
  EXPECT_EQ(std::get<JwtIdentity>(result).tenant, "system:serviceaccount:team-a:web");
}

TEST(Jwt, PointerThroughWhatIsNoObject) {
  JwtTerms deep = terms;
  for (const char* pointer : {"/sub/0", "/aud/0", "/aud/7", "/aud/x", "/nothing/there"}) {
    deep.tenant_claim = pointer;
    const auto result = check_jwt(signer().token(header, claims(), "ES256"), keys(), deep, now);
    if (std::string_view(pointer) == "/aud/0")
      EXPECT_EQ(std::get<JwtIdentity>(result).tenant, "llm-gateway");
    else
      EXPECT_EQ(std::get<JwtFault>(result), JwtFault::no_tenant) << pointer;
  }
}

TEST(Jwt, NoAlgorithmButAsymmetricOnes) {
  const Signer& key = signer();
  for (const char* alg : {"none", "None", "HS256", "HS512", "ES512", "ES256K", "RSA1_5", ""})
    EXPECT_EQ(
        found(key.token(R"({"kid":"one","alg":")" + std::string(alg) + R"("})", claims(), "ES256")),
        "algorithm")
        << alg;
  EXPECT_EQ(found(key.token(R"({"kid":"one"})", claims(), "ES256")), "algorithm");
  EXPECT_EQ(found(key.token(R"({"kid":"one","alg":["ES256"]})", claims(), "ES256")), "algorithm");
}

// With a symmetric algorithm the public key would be the secret.
TEST(Jwt, AlgorithmOfAnotherKindOfKey) {
  const Signer rsa = Signer::rsa();
  const JwkSet set = set_of(rsa.jwk());
  EXPECT_EQ(found(rsa.token(R"({"alg":"RS256","kid":"one"})", claims(), "RS256"), set),
            "tenant team-a");
  EXPECT_EQ(found(rsa.token(R"({"alg":"ES256","kid":"one"})", claims(), "RS256"), set),
            "unknown_key");
  EXPECT_EQ(found(rsa.token(R"({"alg":"HS256","kid":"one"})", claims(), "RS256"), set),
            "algorithm");
  EXPECT_EQ(found(rsa.token(R"({"alg":"PS256","kid":"one"})", claims(), "RS256"), set),
            "signature");
  const JwkSet only = set_of(rsa.jwk(), R"(,"kid":"one","alg":"RS256")");
  EXPECT_EQ(found(rsa.token(R"({"alg":"RS512","kid":"one"})", claims(), "RS512"), only),
            "unknown_key");
}

TEST(Jwt, UnknownKey) {
  EXPECT_EQ(found(signer().token(R"({"alg":"ES256","kid":"two"})", claims(), "ES256")),
            "unknown_key");
  EXPECT_EQ(found(signer().token(R"({"alg":"ES256"})", claims(), "ES256")), "tenant team-a");
  const JwkSet two = JwkSet::parse(R"({"keys":[{)" + signer().jwk() + R"(,"kid":"a"},{)" +
                                   Signer::p256().jwk() + R"(,"kid":"b"}]})")
                         .value();
  EXPECT_EQ(found(signer().token(R"({"alg":"ES256"})", claims(), "ES256"), two), "unknown_key");
  EXPECT_EQ(found(signer().token(R"({"alg":"ES256","kid":"a"})", claims(), "ES256"), two),
            "tenant team-a");
  EXPECT_EQ(found(signer().token(R"({"alg":"ES256","kid":"b"})", claims(), "ES256"), two),
            "signature");
}

TEST(Jwt, NamesThatComeTwice) {
  EXPECT_EQ(found(signer().token(R"({"alg":"none","alg":"ES256","kid":"one"})", claims(), "ES256")),
            "malformed");
  const std::string doubled = claims().substr(0, claims().size() - 1) + R"(,"iss":"x"})";
  EXPECT_EQ(found(signer().token(header, doubled, "ES256")), "malformed");
  EXPECT_EQ(with("kubernetes.io", R"({"namespace":"team-a","namespace":"team-b"})"), "malformed");
}

TEST(Jwt, ExtensionsThatMustBeUnderstood) {
  EXPECT_EQ(found(signer().token(R"({"alg":"ES256","kid":"one","crit":["b64"],"b64":false})",
                                 claims(), "ES256")),
            "malformed");
}

TEST(Jwt, EveryOtherCharacterIsAnotherToken) {
  const std::string token = signer().token(header, claims(), "ES256");
  for (std::size_t i = 0; i < token.size(); ++i)
    for (const char c : {'A', '_', '.', '=', '\0'}) {
      if (token[i] == c) continue;
      std::string wrong = token;
      wrong[i] = c;
      EXPECT_NE(found(wrong), "tenant team-a") << i << ' ' << c;
    }
  for (std::size_t size = 0; size < token.size(); ++size)
    EXPECT_NE(found(token.substr(0, size)), "tenant team-a") << size;
}

TEST(Jwt, Form) {
  const std::string token = signer().token(header, claims(), "ES256");
  EXPECT_TRUE(looks_like_jwt(token));
  for (const char* text : {"", "eyJ", "eyJ.a", "eyJ.a.b.c", "sk-a.b.c", "gw_live_x", "a.b.c"})
    EXPECT_FALSE(looks_like_jwt(text)) << text;
  for (const std::string& text :
       {std::string(".."), std::string("eyJ.."), encode_base64url("[]") + ".e30.e30",
        encode_base64url("{") + ".e30.AA", token + "." + token, std::string(longest_jwt + 1, 'e')})
    EXPECT_EQ(found(text), "malformed") << text;
}

TEST(JwkSet, LeavesOutWhatItCannotUse) {
  const std::string good = "{" + signer().jwk() + R"(,"kid":"one"})";
  for (const std::string& other :
       {std::string(R"({"kty":"oct","k":"c2VjcmV0"})"),
        std::string(R"({"kty":"EC","crv":"P-521"})"),
        std::string(R"({"kty":"RSA","n":"AQAB","e":"AQAB"})"), std::string(R"({"kty":7})"),
        std::string("7"), std::string("[]"), std::string("{}"),
        "{" + Signer::rsa().jwk() + R"(,"use":"enc"})",
        "{" + Signer::rsa().jwk() + R"(,"alg":"ES256"})",
        "{" + Signer::rsa().jwk() + R"(,"alg":"HS256"})",
        "{" + Signer::rsa().jwk() + R"(,"key_ops":["sign"]})",
        "{" + Signer::rsa().jwk() + R"(,"key_ops":"verify"})"}) {
    const auto set = JwkSet::parse(R"({"keys":[)" + other + "," + good + "]}");
    ASSERT_TRUE(set) << other;
    EXPECT_EQ(set->size(), 1) << other;
    EXPECT_FALSE(JwkSet::parse(R"({"keys":[)" + other + "]}")) << other;
  }
}

TEST(JwkSet, WhatIsNone) {
  for (const char* text : {"", "{", "[]", "{}", R"({"keys":{}})", R"({"keys":[]})", "null"})
    EXPECT_FALSE(JwkSet::parse(text)) << text;
  EXPECT_FALSE(JwkSet::parse(std::string(JwkSet::most_bytes + 1, ' ')));
}

TEST(JwkSet, TakesAHundred) {
  std::string text = R"({"keys":[)";
  for (int i = 0; i < 150; ++i)
    text += "{" + signer().jwk() + R"(,"kid":"k)" + std::to_string(i) + "\"},";
  text.back() = ']';
  const auto set = JwkSet::parse(text + "}");
  ASSERT_TRUE(set);
  EXPECT_EQ(set->size(), JwkSet::most_keys);
  EXPECT_NE(set->find("k99", Signing::es256), nullptr);
  EXPECT_EQ(set->find("k100", Signing::es256), nullptr);
}

}  // namespace
}  // namespace llmgw::proxy
