// SPDX-License-Identifier: MIT
// Keys made by OpenSSL.
#include "tests/support/signer.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <stdexcept>
#include <vector>

namespace llmgw {
namespace {

const EVP_MD* digest_of(std::string_view alg) {
  if (alg == "EdDSA") return nullptr;
  if (alg.ends_with("512")) return EVP_sha512();
  return alg.ends_with("384") ? EVP_sha384() : EVP_sha256();
}

// From DER to the two numbers one behind the other.
std::string numbers_of(const std::string& der, std::size_t size) {
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  ECDSA_SIG* pair = d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size()));
  std::string out(2 * size, '\0');
  auto* to = reinterpret_cast<unsigned char*>(out.data());
  BN_bn2binpad(ECDSA_SIG_get0_r(pair), to, static_cast<int>(size));
  BN_bn2binpad(ECDSA_SIG_get0_s(pair), to + size, static_cast<int>(size));
  ECDSA_SIG_free(pair);
  return out;
}

}  // namespace

std::string encode_base64url(std::string_view bytes) {
  constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string text;
  unsigned held = 0;
  unsigned count = 0;
  for (const char c : bytes) {
    held = held << 8 | static_cast<unsigned char>(c);
    for (count += 8; count >= 6;) text += alphabet[held >> (count -= 6) & 63];
  }
  if (count > 0) text += alphabet[held << (6 - count) & 63];
  return text;
}

void Signer::Free::operator()(evp_pkey_st* key) const noexcept { EVP_PKEY_free(key); }

Signer Signer::rsa(unsigned bits) {
  return Signer(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", static_cast<std::size_t>(bits)));
}
Signer Signer::p256() { return Signer(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256")); }
Signer Signer::p384() { return Signer(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-384")); }
Signer Signer::ed25519() { return Signer(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")); }

std::string Signer::number(const char* name, std::size_t size) const {
  BIGNUM* value = nullptr;
  if (EVP_PKEY_get_bn_param(key_.get(), name, &value) != 1) throw std::runtime_error(name);
  if (size == 0) size = static_cast<std::size_t>(BN_num_bytes(value));
  std::string bytes(size, '\0');
  BN_bn2binpad(value, reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(size));
  BN_free(value);
  return encode_base64url(bytes);
}

std::string Signer::jwk() const {
  if (EVP_PKEY_is_a(key_.get(), "RSA") == 1)
    return R"("kty":"RSA","n":")" + number(OSSL_PKEY_PARAM_RSA_N, 0) + R"(","e":")" +
           number(OSSL_PKEY_PARAM_RSA_E, 0) + '"';
  if (EVP_PKEY_is_a(key_.get(), "EC") == 1) {
    const bool is_256 = EVP_PKEY_get_bits(key_.get()) == 256;
    const std::size_t size = is_256 ? 32 : 48;
    return std::string(R"("kty":"EC","crv":)") + (is_256 ? R"("P-256")" : R"("P-384")") +
           R"(,"x":")" + number(OSSL_PKEY_PARAM_EC_PUB_X, size) + R"(","y":")" +
           number(OSSL_PKEY_PARAM_EC_PUB_Y, size) + '"';
  }
  std::string bytes(32, '\0');
  std::size_t size = bytes.size();
  EVP_PKEY_get_raw_public_key(key_.get(), reinterpret_cast<unsigned char*>(bytes.data()), &size);
  return R"("kty":"OKP","crv":"Ed25519","x":")" + encode_base64url(bytes) + '"';
}

std::string Signer::sign(std::string_view message, std::string_view alg) const {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  EVP_PKEY_CTX* terms = nullptr;
  EVP_DigestSignInit(context, &terms, digest_of(alg), nullptr, key_.get());
  if (alg.starts_with("PS")) {
    EVP_PKEY_CTX_set_rsa_padding(terms, RSA_PKCS1_PSS_PADDING);
    EVP_PKEY_CTX_set_rsa_pss_saltlen(terms, RSA_PSS_SALTLEN_DIGEST);
  }
  const auto* const bytes = reinterpret_cast<const unsigned char*>(message.data());
  std::size_t size = 0;
  EVP_DigestSign(context, nullptr, &size, bytes, message.size());
  std::string signature(size, '\0');
  EVP_DigestSign(context, reinterpret_cast<unsigned char*>(signature.data()), &size, bytes,
                 message.size());
  EVP_MD_CTX_free(context);
  signature.resize(size);
  if (!alg.starts_with("ES")) return signature;
  return numbers_of(signature, EVP_PKEY_get_bits(key_.get()) == 256 ? 32 : 48);
}

std::string Signer::token(std::string_view header, std::string_view claims,
                          std::string_view alg) const {
  const std::string message = encode_base64url(header) + '.' + encode_base64url(claims);
  return message + '.' + encode_base64url(sign(message, alg));
}

}  // namespace llmgw
