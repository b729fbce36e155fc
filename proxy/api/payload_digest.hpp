// SPDX-License-Identifier: MIT
// Keyed digests (HMAC-SHA256, RFC 2104) of bodies that pass by; nothing of a body is kept.
#pragma once

#include <memory>
#include <string_view>

#include "common/text/bounded_string.hpp"

struct evp_mac_ctx_st;

namespace llmgw::proxy {

struct FreeMac {
  void operator()(evp_mac_ctx_st* mac) const noexcept;
};
using Mac = std::unique_ptr<evp_mac_ctx_st, FreeMac>;

/// The key, made ready once. One a worker.
class DigestKey {
 public:
  explicit DigestKey(std::string_view key) noexcept;
  /// A digest to be fed; nullptr where there is no memory.
  Mac begin() const noexcept;

 private:
  Mac keyed_;
};

/// `hmac-sha256:` and 64 hex digits; empty: there is none.
using DigestText = BoundedString<80>;

/// The digest of one body. Never fails: where OpenSSL does, there is none.
class PayloadDigest {
 public:
  /// `key` is nullptr where no digests are wanted.
  explicit PayloadDigest(const DigestKey* key) noexcept
      : mac_(key == nullptr ? nullptr : key->begin()) {}

  void update(std::string_view payload) noexcept {
    if (mac_ != nullptr) add(payload);
  }
  /// Of what was shown. Call it once.
  DigestText finish() noexcept;

 private:
  void add(std::string_view payload) noexcept;

  Mac mac_;
};

}  // namespace llmgw::proxy
