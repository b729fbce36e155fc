// SPDX-License-Identifier: MIT
// Keys and signatures through OpenSSL's EVP.
#include "common/system/public_key.hpp"

#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include <array>
#include <string>
#include <vector>

namespace llmgw {
namespace {

template <auto free>
struct Freeing {
  template <class T>
  void operator()(T* object) const noexcept {
    free(object);
  }
};

using Number = std::unique_ptr<BIGNUM, Freeing<&BN_free>>;
using Builder = std::unique_ptr<OSSL_PARAM_BLD, Freeing<&OSSL_PARAM_BLD_free>>;
using Parameters = std::unique_ptr<OSSL_PARAM, Freeing<&OSSL_PARAM_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Freeing<&EVP_PKEY_CTX_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Freeing<&EVP_MD_CTX_free>>;
using EcdsaSignature = std::unique_ptr<ECDSA_SIG, Freeing<&ECDSA_SIG_free>>;

const unsigned char* bytes(std::string_view text) noexcept {
  return reinterpret_cast<const unsigned char*>(text.data());
}

Number number(std::string_view text) {
  return Number(BN_bin2bn(bytes(text), static_cast<int>(text.size()), nullptr));
}

// Null where the parameters are no key of that kind. What OpenSSL says of it is dropped: the queue
// of errors is one a thread, and the next to look into it would take them for its own.
evp_pkey_st* make_key(const char* kind, Builder builder) {
  const Parameters parameters(OSSL_PARAM_BLD_to_param(builder.get()));
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, kind, nullptr));
  EVP_PKEY* key = nullptr;
  const bool is_made =
      parameters && context && EVP_PKEY_fromdata_init(context.get()) == 1 &&
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) == 1;
  ERR_clear_error();
  return is_made ? key : nullptr;
}

bool is_sound(evp_pkey_st* key) {
  const KeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
  const bool is_checked = context && EVP_PKEY_public_check(context.get()) == 1;
  ERR_clear_error();
  return is_checked;
}

const EVP_MD* digest_of(Signing signing) noexcept {
  switch (signing) {
    case Signing::rs256:
    case Signing::ps256:
    case Signing::es256: return EVP_sha256();
    case Signing::rs384:
    case Signing::ps384:
    case Signing::es384: return EVP_sha384();
    case Signing::rs512:
    case Signing::ps512: return EVP_sha512();
    case Signing::eddsa: break;
  }
  return nullptr;  // it has a digest of its own
}

bool has_pss(Signing signing) noexcept {
  return signing == Signing::ps256 || signing == Signing::ps384 || signing == Signing::ps512;
}

// As OpenSSL reads it; empty where it has not the right length.
std::vector<unsigned char> der_of(std::string_view signature, std::size_t size) {
  if (signature.size() != 2 * size) return {};
  const EcdsaSignature pair(ECDSA_SIG_new());
  Number r = number(signature.substr(0, size));
  Number s = number(signature.substr(size));
  if (!pair || !r || !s || ECDSA_SIG_set0(pair.get(), r.get(), s.get()) != 1) return {};
  (void)r.release();
  (void)s.release();
  const int length = i2d_ECDSA_SIG(pair.get(), nullptr);
  std::vector<unsigned char> der(length > 0 ? static_cast<std::size_t>(length) : 0);
  unsigned char* at = der.data();
  if (length > 0) i2d_ECDSA_SIG(pair.get(), &at);
  return der;
}

}  // namespace

void PublicKey::Free::operator()(evp_pkey_st* key) const noexcept { EVP_PKEY_free(key); }

std::optional<PublicKey> PublicKey::rsa(std::string_view modulus, std::string_view exponent) {
  constexpr std::size_t most_bytes = 8192 / 8 + 1;
  constexpr int least_bits = 2048;
  constexpr int most_bits = 8192;
  if (modulus.size() > most_bytes || exponent.size() > 8) return std::nullopt;
  const Number n = number(modulus);
  const Number e = number(exponent);
  if (!n || !e || BN_num_bits(n.get()) < least_bits || BN_num_bits(n.get()) > most_bits)
    return std::nullopt;
  if (!BN_is_odd(n.get()) || !BN_is_odd(e.get()) || BN_is_one(e.get())) return std::nullopt;
  Builder builder(OSSL_PARAM_BLD_new());
  if (OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1)
    return std::nullopt;
  Handle key(make_key("RSA", std::move(builder)));
  if (!key) return std::nullopt;
  return PublicKey(std::move(key), Kind::rsa);
}

std::optional<PublicKey> PublicKey::elliptic(Curve curve, std::string_view x, std::string_view y) {
  const std::size_t size = curve == Curve::p256 ? 32 : 48;
  if (x.size() != size || y.size() != size) return std::nullopt;
  std::string point = "\x04";  // both coordinates follow (SEC 1 section 2.3.3)
  point.append(x).append(y);
  Builder builder(OSSL_PARAM_BLD_new());
  const char* const group = curve == Curve::p256 ? "P-256" : "P-384";
  if (OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, group, 0) != 1 ||
      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                       point.size()) != 1)
    return std::nullopt;
  Handle key(make_key("EC", std::move(builder)));
  if (!key || !is_sound(key.get())) return std::nullopt;
  return PublicKey(std::move(key), curve == Curve::p256 ? Kind::p256 : Kind::p384);
}

std::optional<PublicKey> PublicKey::ed25519(std::string_view content) {
  Handle key(
      EVP_PKEY_new_raw_public_key_ex(nullptr, "ED25519", nullptr, bytes(content), content.size()));
  ERR_clear_error();
  if (!key) return std::nullopt;
  return PublicKey(std::move(key), Kind::ed25519);
}

bool PublicKey::fits(Signing signing) const noexcept {
  switch (signing) {
    case Signing::es256: return kind_ == Kind::p256;
    case Signing::es384: return kind_ == Kind::p384;
    case Signing::eddsa: return kind_ == Kind::ed25519;
    default: return kind_ == Kind::rsa;
  }
}

bool PublicKey::has_signed(std::string_view message, std::string_view signature,
                           Signing signing) const {
  if (!fits(signing)) return false;
  std::vector<unsigned char> der;
  if (signing == Signing::es256 || signing == Signing::es384) {
    der = der_of(signature, signing == Signing::es256 ? 32 : 48);
    signature = {reinterpret_cast<const char*>(der.data()), der.size()};
    if (der.empty()) return false;
  }
  const DigestContext context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* terms = nullptr;  // the context's own
  bool is_ready = context && EVP_DigestVerifyInit(context.get(), &terms, digest_of(signing),
                                                  nullptr, key_.get()) == 1;
  if (is_ready && has_pss(signing))
    is_ready = EVP_PKEY_CTX_set_rsa_padding(terms, RSA_PKCS1_PSS_PADDING) == 1 &&
               EVP_PKEY_CTX_set_rsa_pss_saltlen(terms, RSA_PSS_SALTLEN_DIGEST) == 1;
  const bool is_right =
      is_ready && EVP_DigestVerify(context.get(), bytes(signature), signature.size(),
                                   bytes(message), message.size()) == 1;
  ERR_clear_error();
  return is_right;
}

}  // namespace llmgw
