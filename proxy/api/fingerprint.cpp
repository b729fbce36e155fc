// SPDX-License-Identifier: MIT
// SHA-256 through OpenSSL, with the algorithm looked up once a thread, and the answers of late
// kept: a digest costs more than all else that is done with a request's head.
#include "proxy/api/fingerprint.hpp"

#include <openssl/evp.h>

#include <array>
#include <string>

#include "proxy/tenant/gateway_key.hpp"

namespace llmgw::proxy {
namespace {

constexpr std::string_view prefix = "sha256:";
constexpr std::size_t digits = 12;
using Text = std::array<char, prefix.size() + digits>;

class Hasher {
 public:
  Hasher() = default;
  Hasher(const Hasher&) = delete;
  Hasher& operator=(const Hasher&) = delete;
  ~Hasher() {
    EVP_MD_CTX_free(context_);
    EVP_MD_free(algorithm_);
  }

  bool hash(std::string_view credential, Sha256Digest& digest, Text& out) noexcept {
    unsigned size = 0;
    if (EVP_DigestInit_ex2(context_, algorithm_, nullptr) != 1 ||
        EVP_DigestUpdate(context_, credential.data(), credential.size()) != 1 ||
        EVP_DigestFinal_ex(context_, digest.data(), &size) != 1) {
      return false;
    }
    constexpr char hex[] = "0123456789abcdef";
    char* at = prefix.copy(out.data(), prefix.size()) + out.data();
    for (std::size_t i = 0; i < digits / 2; ++i) {
      *at++ = hex[digest[i] >> 4];
      *at++ = hex[digest[i] & 15];
    }
    return true;
  }

 private:
  EVP_MD* algorithm_ = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  EVP_MD_CTX* context_ = EVP_MD_CTX_new();
};

// Credentials seen lately, each in the one place that its hash allows; whoever comes there takes
// it. Longer ones than any provider hands out are hashed anew each time.
struct Known {
  static constexpr std::size_t places = 64;
  static constexpr std::size_t longest = longest_key;

  std::string credential;
  Text text{};  // begins with a zero: nothing is known
  Sha256Digest digest{};
  // What a table said of it; 0: none was asked. A pointer counts with its generation alone.
  std::uint64_t generation = 0;
  const KeySettings* key = nullptr;
};

Hasher& hasher() {
  thread_local Hasher one;
  return one;
}

// Null where it cannot be hashed.
Known* known(std::string_view credential) {
  thread_local std::array<Known, Known::places> all;
  Known& place = all[std::hash<std::string_view>()(credential) % Known::places];
  if (place.text[0] == '\0' || place.credential != credential) {
    place.text[0] = '\0';
    place.generation = 0;
    place.credential.assign(credential);
    if (!hasher().hash(credential, place.digest, place.text)) return nullptr;
  }
  return &place;
}

}  // namespace

std::string_view fingerprint(std::string_view credential) {
  thread_local Text unkept;
  if (credential.size() > Known::longest) {
    Sha256Digest digest;
    return hasher().hash(credential, digest, unkept)
               ? std::string_view(unkept.data(), unkept.size())
               : std::string_view();
  }
  const Known* const place = known(credential);
  return place == nullptr ? std::string_view()
                          : std::string_view(place->text.data(), place->text.size());
}

const KeySettings* find_key(std::string_view credential, const KeyTable& keys) {
  if (credential.size() > longest_key) return nullptr;
  Known* const place = known(credential);
  if (place == nullptr) return nullptr;
  if (place->generation != keys.generation()) {
    place->generation = keys.generation();
    place->key = keys.find(place->digest);
  }
  return place->key;
}

}  // namespace llmgw::proxy
