// SPDX-License-Identifier: MIT
// A chain of blocks, each larger than the one before: the worker's pool has the small ones.
#include "proxy/estimate/held_text.hpp"

#include <new>
#include <utility>

#include "common/async/frame_pool.hpp"

namespace llmgw::proxy {
namespace {

constexpr std::size_t smallest = 128;
constexpr std::size_t largest = 16 * 1024;
constexpr std::size_t granule = 64;

}  // namespace

HeldText& HeldText::operator=(HeldText&& other) noexcept {
  if (this == &other) return *this;
  clear();
  first_ = std::exchange(other.first_, nullptr);
  last_ = std::exchange(other.last_, nullptr);
  budget_ = std::exchange(other.budget_, nullptr);
  size_ = std::exchange(other.size_, 0);
  most_ = std::exchange(other.most_, 0);
  pieces_ = std::exchange(other.pieces_, 0);
  is_cut_ = std::exchange(other.is_cut_, false);
  is_away_ = std::exchange(other.is_away_, false);
  return *this;
}

// What fits of a text is kept of it.
void HeldText::grow(std::string_view text) noexcept {
  if (budget_ == nullptr || is_cut_) return;
  if (text.size() > most_ - size_) {
    is_cut_ = true;
    text = text.substr(0, most_ - size_);
  }
  while (!text.empty()) {
    if (last_ == nullptr || last_->room() == 0) {
      Block* const block = new_block(text.size());
      if (block == nullptr) {
        is_cut_ = true;
        return;
      }
      (last_ == nullptr ? first_ : last_->next) = block;
      last_ = block;
    }
    const std::string_view part = text.substr(0, last_->room());
    std::memcpy(last_->bytes() + last_->used, part.data(), part.size());
    last_->used += part.size();
    size_ += part.size();
    text.remove_prefix(part.size());
  }
}

HeldText::Block* HeldText::new_block(std::size_t wanted) noexcept {
  const std::size_t twice = last_ == nullptr ? smallest : 2 * last_->size;
  std::size_t size = std::clamp(std::max(wanted + sizeof(Block), twice), smallest, largest);
  size = (size + granule - 1) / granule * granule;
  if (!budget_->take(size)) return nullptr;
  try {
    return new (FramePool::allocate(size)) Block{nullptr, size, 0};
  } catch (const std::bad_alloc&) {
    budget_->give(size);
    return nullptr;
  }
}

void HeldText::release(Block* block) noexcept {
  const std::size_t size = block->size;
  explicit_bzero(block->bytes(), block->used);
  if (is_away_) {
    budget_->give_from_elsewhere(size);
    ::operator delete(block);  // the pool is another thread's
  } else {
    budget_->give(size);
    FramePool::release(block, size);
  }
}

void HeldText::shorten(std::size_t size) noexcept {
  if (size >= size_) return;
  Block* block = first_;
  std::size_t left = size;
  while (left > block->used) {
    left -= block->used;
    block = block->next;
  }
  explicit_bzero(block->bytes() + left, block->used - left);
  block->used = left;
  for (Block* each = std::exchange(block->next, nullptr); each != nullptr;)
    release(std::exchange(each, each->next));
  last_ = block;
  size_ = size;
}

void HeldText::clear() noexcept {
  for (Block* each = first_; each != nullptr;) release(std::exchange(each, each->next));
  first_ = last_ = nullptr;
  size_ = 0;
  pieces_ = 0;
  is_cut_ = false;
  budget_ = nullptr;
}

WipedText HeldText::whole() const {
  WipedText text;
  text.reserve(size_);
  for (const Block* each = first_; each != nullptr; each = each->next)
    text.insert(text.end(), each->bytes(), each->bytes() + each->used);
  return text;
}

}  // namespace llmgw::proxy
