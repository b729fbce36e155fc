// SPDX-License-Identifier: MIT
// RetainedHead: the memory of a head that outlives the bytes it was parsed from.
#pragma once

#include <memory>
#include <utility>

#include "common/async/frame_pool.hpp"
#include "proxy/http/head.hpp"

namespace llmgw::http {

/// One block from the pool of the thread, on which it has to end too: the fields, and behind them
/// the bytes that they are views of.
class RetainedHead {
 public:
  RetainedHead() noexcept = default;
  /// Copies the head, which is a view of the copy from now on.
  explicit RetainedHead(RequestHead& head) {
    const std::string_view bytes = head.bytes();
    size_ = head.fields.size_bytes() + bytes.size();
    block_ = FramePool::allocate(size_);
    Field* const fields = static_cast<Field*>(block_);
    std::uninitialized_copy(head.fields.begin(), head.fields.end(), fields);
    char* const copy = static_cast<char*>(block_) + head.fields.size_bytes();
    bytes.copy(copy, bytes.size());
    head.move_to({copy, bytes.size()}, {fields, head.fields.size()});
  }
  RetainedHead(RetainedHead&& other) noexcept
      : size_(other.size_), block_(std::exchange(other.block_, nullptr)) {}
  RetainedHead& operator=(RetainedHead&& other) noexcept {
    std::swap(size_, other.size_);
    std::swap(block_, other.block_);
    return *this;
  }
  ~RetainedHead() {
    if (block_ != nullptr) FramePool::release(block_, size_);
  }

 private:
  std::size_t size_ = 0;
  void* block_ = nullptr;
};

}  // namespace llmgw::http
