// SPDX-License-Identifier: MIT
// PURE: the memory of the content decoders, bounded for one response and for all of a thread.
#pragma once

#include <cstddef>

namespace llmgw::proxy {

/// Hands out memory to C libraries and takes it back. What is over a bound is refused, as where the
/// system has no more: nullptr. All blocks are given back on the thread that asked for them.
class DecoderMemory {
 public:
  // Brotli's largest window is 16 MiB, zstd's is bounded to 8 (RFC 9659), gzip's is 32 KiB.
  static constexpr std::size_t most_of_response = std::size_t{20} << 20;
  static constexpr std::size_t most_of_thread = std::size_t{64} << 20;

  explicit DecoderMemory(std::size_t most = most_of_response) noexcept : most_(most) {}
  DecoderMemory(const DecoderMemory&) = delete;
  DecoderMemory& operator=(const DecoderMemory&) = delete;

  void* allocate(std::size_t size) noexcept;
  void free(void* block) noexcept;

  std::size_t used() const noexcept { return used_; }
  static std::size_t used_of_thread() noexcept;

 private:
  std::size_t most_;
  std::size_t used_ = 0;
};

}  // namespace llmgw::proxy
