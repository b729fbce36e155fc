// SPDX-License-Identifier: MIT
// PURE: SipHash-1-3 of a key of 16 bytes (Aumasson and Bernstein, 2012): who does not know the
// secret can choose no keys that fall together.
#pragma once

#include <bit>
#include <cstdint>

#include "collector/sinks/event_key.hpp"

namespace llmgw::collector {

/// Drawn anew by each process, and told to nobody.
struct HashSecret {
  std::uint64_t first = 0;
  std::uint64_t second = 0;
};

class SipHash {
 public:
  explicit constexpr SipHash(const HashSecret& secret) noexcept
      : a_(secret.first ^ 0x736f'6d65'7073'6575),
        b_(secret.second ^ 0x646f'7261'6e64'6f6d),
        c_(secret.first ^ 0x6c79'6765'6e65'7261),
        d_(secret.second ^ 0x7465'6462'7974'6573) {}

  /// The words are taken as little-endian bytes, `high` first.
  constexpr std::uint64_t of(const EventKey& key) const noexcept {
    constexpr std::uint64_t length = std::uint64_t{16} << 56;
    SipHash state = *this;
    for (const std::uint64_t word : {key.high, key.low, length}) {
      state.d_ ^= word;
      state.round();
      state.a_ ^= word;
    }
    state.c_ ^= 0xff;
    for (int i = 0; i < 3; ++i) state.round();
    return state.a_ ^ state.b_ ^ state.c_ ^ state.d_;
  }

 private:
  constexpr void round() noexcept {
    a_ += b_;
    c_ += d_;
    b_ = std::rotl(b_, 13) ^ a_;
    d_ = std::rotl(d_, 16) ^ c_;
    a_ = std::rotl(a_, 32);
    c_ += b_;
    a_ += d_;
    b_ = std::rotl(b_, 17) ^ c_;
    d_ = std::rotl(d_, 21) ^ a_;
    c_ = std::rotl(c_, 32);
  }

  std::uint64_t a_, b_, c_, d_;
};

}  // namespace llmgw::collector
