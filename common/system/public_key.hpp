// SPDX-License-Identifier: MIT
// PublicKey: checks signatures that were made with the private half.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

struct evp_pkey_st;

namespace llmgw {

/// How a signature is made (RFC 7518 section 3.1, RFC 8037 section 3.1). All of them asymmetric:
/// with these nobody who can check a signature can make one.
enum class Signing : std::uint8_t { rs256, rs384, rs512, ps256, ps384, ps512, es256, es384, eddsa };

/// Immutable, and good for any number of threads.
class PublicKey {
 public:
  /// Big-endian numbers. Nothing where they are no key, or one of fewer than 2048 bits, which are
  /// too few (RFC 7518 section 3.3), or of more than 8192, which take long.
  static std::optional<PublicKey> rsa(std::string_view modulus, std::string_view exponent);

  enum class Curve : std::uint8_t { p256, p384 };
  /// The two coordinates, each as long as the curve says. Nothing where that is no point of it.
  static std::optional<PublicKey> elliptic(Curve curve, std::string_view x, std::string_view y);

  /// The 32 bytes of an Ed25519 key.
  static std::optional<PublicKey> ed25519(std::string_view bytes);

  /// Whether such signatures can be made with keys of this kind.
  bool fits(Signing signing) const noexcept;

  /// Whether it is one of this key. `signature`: of ES256 and ES384 the two numbers one behind the
  /// other (RFC 7518 section 3.4). False also for one of another kind of key.
  bool has_signed(std::string_view message, std::string_view signature, Signing signing) const;

 private:
  enum class Kind : std::uint8_t { rsa, p256, p384, ed25519 };
  struct Free {
    void operator()(evp_pkey_st* key) const noexcept;
  };
  using Handle = std::unique_ptr<evp_pkey_st, Free>;

  PublicKey(Handle key, Kind kind) noexcept : key_(std::move(key)), kind_(kind) {}

  Handle key_;
  Kind kind_;
};

}  // namespace llmgw
