// SPDX-License-Identifier: MIT
// Recycled memory for coroutine frames and what else each request makes and frees: in steady state
// it is had without touching the heap.
#pragma once

#include <array>
#include <cstddef>
#include <new>

namespace llmgw {

/// Per-thread free lists by size class. A frame must be freed on the thread that made it, which
/// holds here because a coroutine never leaves its loop. Frames over 2 KiB go to the heap.
class FramePool {
 public:
  static void* allocate(std::size_t size) {
    const std::size_t index = class_of(size);
    if (index >= classes) return ::operator new(size);
    List& list = lists()[index];
    if (list.head == nullptr) return ::operator new((index + 1) * granule);
    Block* block = list.head;
    list.head = block->next;
    --list.length;
    return block;
  }

  static void release(void* memory, std::size_t size) noexcept {
    const std::size_t index = class_of(size);
    if (index >= classes) return ::operator delete(memory);
    List& list = lists()[index];
    if (list.length == longest) return ::operator delete(memory);
    list.head = new (memory) Block{list.head};
    ++list.length;
  }

 private:
  static constexpr std::size_t granule = 64;
  static constexpr std::size_t classes = 32;
  static constexpr std::size_t longest =
      64;  // blocks kept a class: enough to smooth, too few to hoard

  struct Block {
    Block* next;
  };
  struct List {
    Block* head = nullptr;
    std::size_t length = 0;
    List() = default;
    List(const List&) = delete;
    List& operator=(const List&) = delete;
    ~List() {
      while (head != nullptr) {
        Block* next = head->next;
        ::operator delete(head);
        head = next;
      }
      length = longest;  // frames that outlive the thread's lists go straight back to the heap
    }
  };

  static std::size_t class_of(std::size_t size) noexcept { return (size - 1) / granule; }

  static std::array<List, classes>& lists() noexcept {
    thread_local std::array<List, classes> value;
    return value;
  }
};

/// A base for what is made by `new` once a request, and freed on the thread that made it.
struct Pooled {
  static void* operator new(std::size_t size) { return FramePool::allocate(size); }
  static void operator delete(void* memory, std::size_t size) noexcept {
    FramePool::release(memory, size);
  }
};

}  // namespace llmgw
