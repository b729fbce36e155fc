// SPDX-License-Identifier: MIT
// Each block is preceded by its size, as the libraries do not say it when they give one back.
#include "proxy/metering/decoder_memory.hpp"

#include <cstring>
#include <new>

namespace llmgw::proxy {
namespace {

constexpr std::size_t header = alignof(std::max_align_t);
static_assert(header >= sizeof(std::size_t));

thread_local std::size_t used_here = 0;

}  // namespace

void* DecoderMemory::allocate(std::size_t size) noexcept {
  if (size > most_ - used_ || size > most_of_thread - used_here) return nullptr;
  void* const block = ::operator new(size + header, std::nothrow);
  if (block == nullptr) return nullptr;
  used_ += size;
  used_here += size;
  std::memcpy(block, &size, sizeof size);
  return static_cast<char*>(block) + header;
}

void DecoderMemory::free(void* block) noexcept {
  if (block == nullptr) return;
  void* const begin = static_cast<char*>(block) - header;
  std::size_t size = 0;
  std::memcpy(&size, begin, sizeof size);
  used_ -= size;
  used_here -= size;
  ::operator delete(begin);
}

std::size_t DecoderMemory::used_of_thread() noexcept { return used_here; }

}  // namespace llmgw::proxy
