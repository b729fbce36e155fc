// SPDX-License-Identifier: MIT
// Signer: the private half of a key, for tests of what checks signatures.
#pragma once

#include <memory>
#include <string>
#include <string_view>

struct evp_pkey_st;

namespace llmgw {

std::string encode_base64url(std::string_view bytes);

class Signer {
 public:
  static Signer rsa(unsigned bits = 2048);
  static Signer p256();
  static Signer p384();
  static Signer ed25519();

  /// The members of a JSON Web Key with which the public half is told, `"kty":...` and on.
  std::string jwk() const;

  /// By `alg`'s way of signing, as RFC 7518 writes it.
  std::string sign(std::string_view message, std::string_view alg) const;

  /// A token in the compact form; `header` and `claims` are JSON.
  std::string token(std::string_view header, std::string_view claims, std::string_view alg) const;

 private:
  struct Free {
    void operator()(evp_pkey_st* key) const noexcept;
  };
  explicit Signer(evp_pkey_st* key) : key_(key) {}
  std::string number(const char* name, std::size_t size) const;

  std::unique_ptr<evp_pkey_st, Free> key_;
};

}  // namespace llmgw
