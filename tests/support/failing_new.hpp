// SPDX-License-Identifier: MIT
// An allocator that fails when a test wants it to; linked in where this is used.
#pragma once

#include <cstddef>

namespace llmgw {

/// While it lives, `operator new` on this thread fails from the (n+1)th call on.
class FailingNew {
 public:
  explicit FailingNew(std::size_t after) noexcept;
  FailingNew(const FailingNew&) = delete;
  FailingNew& operator=(const FailingNew&) = delete;
  ~FailingNew();

  /// Whether it has come to that.
  bool has_failed() const noexcept;
};

}  // namespace llmgw
