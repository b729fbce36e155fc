// SPDX-License-Identifier: MIT
// OpenSSL's digest, written out.
#include "common/system/sha256.hpp"

#include <openssl/sha.h>

#include <array>

namespace llmgw {

std::string sha256_hex(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest;
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  std::string hex;
  for (const unsigned byte : digest) {
    hex += digits[byte >> 4];
    hex += digits[byte & 15];
  }
  return hex;
}

}  // namespace llmgw
