// SPDX-License-Identifier: MIT
// Time-ordered ids of requests and events (UUIDv7, RFC 9562 section 5.7).
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string_view>

#include "common/system/secure_random.hpp"

namespace llmgw {

/// The 16 bytes of an UUID in network order; compares as it sorts.
struct Uuid {
  std::array<std::uint8_t, 16> bytes{};

  friend auto operator<=>(const Uuid&, const Uuid&) = default;
};

/// The 36 characters of an id, kept in place. view() lives as long as the object.
struct IdText {
  std::array<char, 36> chars{};

  std::string_view view() const noexcept { return {chars.data(), chars.size()}; }
};

/// `0192f0c1-...` in lower case, as RFC 9562 section 4 spells it.
IdText uuid_text(const Uuid& uuid) noexcept;

/// `req_` and the UUID's 32 hex digits, so that request ids sort by time too.
IdText request_id_text(const Uuid& uuid) noexcept;

/// Whether a client's own request id is taken over: 1 to 128 of [A-Za-z0-9._-].
bool is_valid_request_id(std::string_view id) noexcept;

/// Makes UUIDs, each greater than the one before. One per worker thread: not thread-safe. Whoever
/// has seen some of them can tell no other: a new millisecond begins at 73 random bits, and within
/// one the next lies a random 48-bit step ahead. What must not be told from another kind of ids has
/// a generator of its own all the same.
class IdGenerator {
 public:
  /// Throws std::system_error where there is no randomness.
  IdGenerator() = default;

  /// Never goes back: with a clock that stands still or is set back the random part counts on.
  Uuid next(std::chrono::system_clock::time_point now) noexcept;

 private:
  SecureRandom random_;
  std::uint64_t milliseconds_ = 0;  // 48 bits
  std::uint64_t counter_high_ = 0;  // rand_a, 12 bits
  std::uint64_t counter_low_ = 0;   // rand_b, 62 bits
};

}  // namespace llmgw
