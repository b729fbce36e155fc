// SPDX-License-Identifier: MIT
// Replaces the global operators; malloc below them stays, and with it what the sanitizers see.
#include "tests/support/failing_new.hpp"

#include <cstdint>
#include <cstdlib>
#include <new>

namespace llmgw {
namespace {

thread_local std::size_t left = SIZE_MAX;  // SIZE_MAX: not counting
thread_local bool failed = false;

bool may_allocate() noexcept {
  if (left == SIZE_MAX) return true;
  if (left == 0) {
    failed = true;
    return false;
  }
  --left;
  return true;
}

void* allocate(std::size_t size) noexcept {
  return may_allocate() ? std::malloc(size == 0 ? 1 : size) : nullptr;
}

}  // namespace

FailingNew::FailingNew(std::size_t after) noexcept {
  left = after;
  failed = false;
}
FailingNew::~FailingNew() { left = SIZE_MAX; }
bool FailingNew::has_failed() const noexcept { return failed; }

}  // namespace llmgw

void* operator new(std::size_t size) {
  if (void* const block = llmgw::allocate(size)) return block;
  throw std::bad_alloc();
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return llmgw::allocate(size);
}
void operator delete(void* block) noexcept { std::free(block); }
void operator delete(void* block, std::size_t) noexcept { std::free(block); }
