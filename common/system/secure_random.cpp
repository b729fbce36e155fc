// SPDX-License-Identifier: MIT
// Blocks of ChaCha20, an eighth of them being the next key.
#include "common/system/secure_random.hpp"

#include <sys/random.h>

#include <cerrno>
#include <cstring>
#include <system_error>

namespace llmgw {

SecureRandom::SecureRandom() {
  // Up to 256 bytes come whole or not at all (getrandom(2)).
  while (::getrandom(key_.data(), sizeof key_, 0) != sizeof key_) {
    if (errno != EINTR) throw std::system_error(errno, std::generic_category(), "getrandom");
  }
}

// No key is used twice, so that none needs a nonce.
void SecureRandom::refill() noexcept {
  const ChaChaBlocks made = chacha20_blocks(key_, 0, {});
  static_assert(sizeof made == sizeof key_ + sizeof numbers_);
  const auto* const bytes = reinterpret_cast<const char*>(&made);
  std::memcpy(key_.data(), bytes, sizeof key_);
  std::memcpy(numbers_.data(), bytes + sizeof key_, sizeof numbers_);
  left_ = numbers_.size();
}

}  // namespace llmgw
