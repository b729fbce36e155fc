// SPDX-License-Identifier: MIT
// PURE: memory for large tables that are read at random places.
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <limits>
#include <new>

namespace llmgw::collector {

/// An allocator that asks the kernel for huge pages from 2 MiB on. With small ones nearly every
/// look into a table of many megabytes costs a walk through the page tables beside the cache miss.
template <class T>
struct HugePageAllocator {
  using value_type = T;

  HugePageAllocator() = default;
  template <class U>
  explicit HugePageAllocator(const HugePageAllocator<U>&) noexcept {}

  static constexpr std::size_t page = std::size_t{2} << 20;

  T* allocate(std::size_t count) {
    if (count > std::numeric_limits<std::size_t>::max() / 2 / sizeof(T)) throw std::bad_alloc();
    const std::size_t bytes = count * sizeof(T);
    if (bytes < page) return static_cast<T*>(::operator new(bytes));
    const std::size_t rounded = (bytes + page - 1) / page * page;
    void* const memory = ::operator new(rounded, std::align_val_t(page));
    madvise(memory, rounded, MADV_HUGEPAGE);  // a kernel without them: small ones do as well
    return static_cast<T*>(memory);
  }
  void deallocate(T* memory, std::size_t count) noexcept {
    if (count * sizeof(T) < page) {
      ::operator delete(memory);
    } else {
      ::operator delete(memory, std::align_val_t(page));
    }
  }

  friend bool operator==(HugePageAllocator, HugePageAllocator) noexcept { return true; }
};

}  // namespace llmgw::collector
