// SPDX-License-Identifier: MIT
// PURE: memory that held what nobody may find there later.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <vector>

namespace llmgw {

/// Gives memory back as zeros: also what a container leaves behind when it grows.
template <class T>
struct WipingAllocator {
  using value_type = T;

  WipingAllocator() = default;
  template <class Other>
  explicit(false) WipingAllocator(const WipingAllocator<Other>&) noexcept {}

  T* allocate(std::size_t count) { return std::allocator<T>().allocate(count); }
  void deallocate(T* memory, std::size_t count) noexcept {
    explicit_bzero(memory, count * sizeof(T));
    std::allocator<T>().deallocate(memory, count);
  }
  friend bool operator==(const WipingAllocator&, const WipingAllocator&) noexcept { return true; }
};

/// A text without a terminating NUL; never in place, as a short std::string is.
using WipedText = std::vector<char, WipingAllocator<char>>;

}  // namespace llmgw
