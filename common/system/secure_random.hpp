// SPDX-License-Identifier: MIT
// Random numbers that nobody can foretell, whatever he has seen of those before.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "common/system/chacha20.hpp"

namespace llmgw {

/// ChaCha20 under a key from the kernel, a few blocks at a time; each time the key is replaced by a
/// part of them that nobody sees, so that nothing leads back either. A number costs 12 ns, and no
/// system call. Belongs to one thread.
class SecureRandom {
 public:
  /// Throws std::system_error where the kernel gives no randomness.
  SecureRandom();

  std::uint64_t next() noexcept {
    if (left_ == 0) refill();
    return numbers_[--left_];
  }

 private:
  void refill() noexcept;

  ChaChaKey key_{};
  std::array<std::uint64_t, 28> numbers_{};
  std::size_t left_ = 0;
};

}  // namespace llmgw
