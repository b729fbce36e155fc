// SPDX-License-Identifier: MIT
// Signatures of the RFCs and of keys made here, each bit of them, and what is no key.
#include "common/system/public_key.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "common/text/base64url.hpp"
#include "tests/support/signer.hpp"

namespace llmgw {
namespace {

std::string bytes(std::string_view text) { return decode_base64url(text).value(); }

PublicKey public_half(const Signer& signer) {
  const auto jwk = nlohmann::json::parse("{" + signer.jwk() + "}");
  const auto part = [&](const char* name) { return bytes(jwk.at(name).get<std::string>()); };
  if (jwk["kty"] == "RSA") return PublicKey::rsa(part("n"), part("e")).value();
  if (jwk["kty"] == "OKP") return PublicKey::ed25519(part("x")).value();
  const auto curve = jwk["crv"] == "P-256" ? PublicKey::Curve::p256 : PublicKey::Curve::p384;
  return PublicKey::elliptic(curve, part("x"), part("y")).value();
}

TEST(PublicKey, EdwardsOfTheRfc) {  // RFC 8037 appendix A.4
  const auto key = PublicKey::ed25519(bytes("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"));
  ASSERT_TRUE(key);
  EXPECT_TRUE(key->has_signed(
      "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc",
      bytes("hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KA"
            "g"),
      Signing::eddsa));
}

TEST(PublicKey, EllipticOfTheRfc) {  // RFC 7515 appendix A.3
  const auto key = PublicKey::elliptic(PublicKey::Curve::p256,
                                       bytes("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"),
                                       bytes("x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"));
  ASSERT_TRUE(key);
  EXPECT_TRUE(key->has_signed(
      "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmN"
      "vbS9pc19yb290Ijp0cnVlfQ",
      bytes("DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1"
            "Q"),
      Signing::es256));
}

struct Case {
  const char* alg;
  Signing signing;
  Signer (*make)();
};

const Case cases[] = {
    {"RS256", Signing::rs256, [] { return Signer::rsa(); }},
    {"RS384", Signing::rs384, [] { return Signer::rsa(3072); }},
    {"RS512", Signing::rs512, [] { return Signer::rsa(); }},
    {"PS256", Signing::ps256, [] { return Signer::rsa(); }},
    {"PS384", Signing::ps384, [] { return Signer::rsa(); }},
    {"PS512", Signing::ps512, [] { return Signer::rsa(); }},
    {"ES256", Signing::es256, [] { return Signer::p256(); }},
    {"ES384", Signing::es384, [] { return Signer::p384(); }},
    {"EdDSA", Signing::eddsa, [] { return Signer::ed25519(); }},
};

TEST(PublicKey, EachWayOfSigning) {
  for (const Case& each : cases) {
    SCOPED_TRACE(each.alg);
    const Signer signer = each.make();
    const PublicKey key = public_half(signer);
    const std::string message = "a message";
    const std::string signature = signer.sign(message, each.alg);
    EXPECT_TRUE(key.has_signed(message, signature, each.signing));
    EXPECT_FALSE(key.has_signed("another one", signature, each.signing));
    EXPECT_FALSE(key.has_signed(message, "", each.signing));
    EXPECT_FALSE(key.has_signed(message, signature + '\0', each.signing));
    EXPECT_FALSE(key.has_signed(message, signature.substr(1), each.signing));
    EXPECT_FALSE(public_half(each.make()).has_signed(message, signature, each.signing));
    for (const Case& other : cases) {
      const bool is_same = other.signing == each.signing;
      EXPECT_EQ(key.has_signed(message, signature, other.signing), is_same) << other.alg;
    }
  }
}

TEST(PublicKey, EachBitCounts) {
  for (const Case& each : {cases[0], cases[6], cases[8]}) {
    const Signer signer = each.make();
    const PublicKey key = public_half(signer);
    const std::string signature = signer.sign("message", each.alg);
    for (std::size_t bit = 0; bit < signature.size() * 8; ++bit) {
      std::string wrong = signature;
      wrong[bit / 8] = static_cast<char>(wrong[bit / 8] ^ (1 << bit % 8));
      EXPECT_FALSE(key.has_signed("message", wrong, each.signing)) << each.alg << ' ' << bit;
    }
  }
}

TEST(PublicKey, FitsOneWayOfSigning) {
  EXPECT_TRUE(public_half(Signer::rsa()).fits(Signing::ps512));
  EXPECT_FALSE(public_half(Signer::rsa()).fits(Signing::es256));
  EXPECT_FALSE(public_half(Signer::p256()).fits(Signing::es384));
  EXPECT_FALSE(public_half(Signer::ed25519()).fits(Signing::rs256));
}

TEST(PublicKey, WhatIsNoKey) {
  const std::string exponent("\x01\x00\x01", 3);
  const std::string of_2048 = "\xc0" + std::string(254, '\x55') + "\x01";
  EXPECT_TRUE(PublicKey::rsa(of_2048, exponent));
  EXPECT_FALSE(PublicKey::rsa(of_2048.substr(1), exponent));  // too short
  EXPECT_FALSE(PublicKey::rsa("\xc0" + std::string(1024, '\x55') + "\x01", exponent));
  EXPECT_FALSE(PublicKey::rsa("\xc0" + std::string(254, '\x55') + "\x02",
                              exponent));  // even
  EXPECT_FALSE(PublicKey::rsa(of_2048, "\x01"));
  EXPECT_FALSE(PublicKey::rsa(of_2048, ""));
  EXPECT_FALSE(PublicKey::rsa("", "\x03"));
  EXPECT_FALSE(PublicKey::ed25519(std::string(31, 'x')));
  EXPECT_FALSE(PublicKey::elliptic(PublicKey::Curve::p256, std::string(32, 'x'),
                                   std::string(32, 'y')));  // on no curve
  EXPECT_FALSE(
      PublicKey::elliptic(PublicKey::Curve::p256, std::string(31, 'x'), std::string(32, 'y')));
  EXPECT_FALSE(
      PublicKey::elliptic(PublicKey::Curve::p384, std::string(32, 'x'), std::string(32, 'y')));
}

}  // namespace
}  // namespace llmgw
