// SPDX-License-Identifier: MIT
// SHA-256 through OpenSSL, with the algorithm looked up once a thread.
#include "proxy/api/fingerprint.hpp"

#include <openssl/evp.h>

#include <memory>

namespace llmgw::proxy {
namespace {

struct Hasher {
  EVP_MD* algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  char text[7 + 12] = {'s', 'h', 'a', '2', '5', '6', ':'};

  Hasher() = default;
  Hasher(const Hasher&) = delete;
  Hasher& operator=(const Hasher&) = delete;
  ~Hasher() {
    EVP_MD_CTX_free(context);
    EVP_MD_free(algorithm);
  }
};

}  // namespace

std::string_view fingerprint(std::string_view credential) {
  thread_local Hasher hasher;
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  if (EVP_DigestInit_ex2(hasher.context, hasher.algorithm, nullptr) != 1 ||
      EVP_DigestUpdate(hasher.context, credential.data(), credential.size()) != 1 ||
      EVP_DigestFinal_ex(hasher.context, digest, &size) != 1) {
    return {};
  }
  constexpr char hex[] = "0123456789abcdef";
  for (std::size_t i = 0; i < 6; ++i) {
    hasher.text[7 + 2 * i] = hex[digest[i] >> 4];
    hasher.text[8 + 2 * i] = hex[digest[i] & 15];
  }
  return {hasher.text, sizeof hasher.text};
}

}  // namespace llmgw::proxy
