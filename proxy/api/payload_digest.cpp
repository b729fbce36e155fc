// SPDX-License-Identifier: MIT
// OpenSSL's EVP_MAC; a context that was keyed once is copied for each body.
#include "proxy/api/payload_digest.hpp"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <array>
#include <string>

namespace llmgw::proxy {
namespace {

const unsigned char* bytes_of(std::string_view text) noexcept {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

void FreeMac::operator()(evp_mac_ctx_st* mac) const noexcept { EVP_MAC_CTX_free(mac); }

DigestKey::DigestKey(std::string_view key) noexcept {
  EVP_MAC* const hmac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  keyed_.reset(EVP_MAC_CTX_new(hmac));
  EVP_MAC_free(hmac);  // the context holds it
  std::array<char, 7> digest{"SHA256"};
  const OSSL_PARAM params[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), 0),
      OSSL_PARAM_construct_end()};
  if (keyed_ != nullptr && EVP_MAC_init(keyed_.get(), bytes_of(key), key.size(), params) != 1)
    keyed_.reset();
}

Mac DigestKey::begin() const noexcept {
  return Mac(keyed_ == nullptr ? nullptr : EVP_MAC_CTX_dup(keyed_.get()));
}

void PayloadDigest::add(std::string_view payload) noexcept {
  if (EVP_MAC_update(mac_.get(), bytes_of(payload), payload.size()) != 1) mac_.reset();
}

DigestText PayloadDigest::finish() noexcept {
  constexpr std::string_view digits = "0123456789abcdef";
  std::array<unsigned char, 32> digest{};
  std::size_t size = 0;
  DigestText text;
  if (mac_ == nullptr || EVP_MAC_final(mac_.get(), digest.data(), &size, digest.size()) != 1)
    return text;
  text.append("hmac-sha256:");
  for (const unsigned char byte : digest) {
    const char hex[] = {digits[byte >> 4], digits[byte & 15]};
    text.append({hex, 2});
  }
  return text;
}

}  // namespace llmgw::proxy
