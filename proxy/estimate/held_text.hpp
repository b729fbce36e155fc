// SPDX-License-Identifier: MIT
// PURE: text that is kept for the case that nobody reports its tokens.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "common/async/frame_pool.hpp"
#include "common/json/scanner.hpp"
#include "common/text/wiped.hpp"

namespace llmgw::proxy {

/// How much text the exchanges of one worker may hold together. Its own thread takes; text that
/// another thread was given comes back from there.
class TextBudget {
 public:
  explicit TextBudget(std::size_t most) noexcept : most_(most) {}

  /// The worker's thread, as the next one.
  bool take(std::size_t bytes) noexcept {
    if (bytes > most_ - std::min(most_, held())) return false;
    taken_.store(taken_.load(std::memory_order_relaxed) + bytes, std::memory_order_relaxed);
    return true;
  }
  void give(std::size_t bytes) noexcept {
    taken_.store(taken_.load(std::memory_order_relaxed) - bytes, std::memory_order_relaxed);
  }
  /// The thread that was given text.
  void give_from_elsewhere(std::size_t bytes) noexcept {
    returned_.fetch_add(bytes, std::memory_order_relaxed);
  }
  /// Any thread; from another one than the worker's a moment old.
  std::size_t held() const noexcept {
    return taken_.load(std::memory_order_relaxed) - returned_.load(std::memory_order_relaxed);
  }

 private:
  const std::size_t most_;
  std::atomic<std::size_t> taken_{0};     // by one thread
  std::atomic<std::size_t> returned_{0};  // by another
};

/// A text that grows at its end, in memory that is wiped when it goes. Begins to hold with begin();
/// before that it takes no memory and holds nothing. What would go beyond its own bound or the
/// budget is left out, and all that follows. Never throws.
class HeldText final : public TextParts {
 public:
  HeldText() noexcept = default;
  HeldText(HeldText&& other) noexcept { *this = std::move(other); }
  HeldText& operator=(HeldText&& other) noexcept;
  ~HeldText() { clear(); }

  /// Holds up to `most` bytes from now on. The budget outlives this.
  void begin(TextBudget& budget, std::size_t most) noexcept {
    budget_ = &budget;
    most_ = most;
  }
  bool is_begun() const noexcept { return budget_ != nullptr; }

  void append(std::string_view text) noexcept {
    if (!text.empty() && text.size() <= room()) {
      std::memcpy(last_->bytes() + last_->used, text.data(), text.size());
      last_->used += text.size();
      size_ += text.size();
    } else {
      grow(text);
    }
  }

  std::size_t size() const noexcept { return size_; }
  /// Whether something was left out.
  bool is_cut() const noexcept { return is_cut_; }
  /// Leaves out all behind the first `size` bytes, as if it had never come.
  void shorten(std::size_t size) noexcept;

  // A text that is made of pieces, each with a quote behind it.
  void add_part(std::string_view raw) noexcept override { append(raw); }
  /// The piece is over: what was added of it in parts, or, where nothing was, `raw`.
  void end_piece(std::string_view raw) noexcept {
    if (size_ == pieces_) append(raw);
    append("\"");
    pieces_ = size_;
  }
  /// Leaves out what was added of it.
  void drop_piece() noexcept { shorten(pieces_); }

  /// Wipes it, and gives the memory back. begin() may follow.
  void clear() noexcept;
  /// From now on it belongs to another thread, which will be the one to clear it.
  void give_away() noexcept { is_away_ = true; }

  /// A copy in one piece. Throws bad_alloc.
  WipedText whole() const;

 private:
  struct Block {
    Block* next;
    std::size_t size;  // with this
    std::size_t used;
    char* bytes() noexcept { return reinterpret_cast<char*>(this + 1); }
    const char* bytes() const noexcept { return reinterpret_cast<const char*>(this + 1); }
    std::size_t room() const noexcept { return size - sizeof(Block) - used; }
  };

  std::size_t room() const noexcept {
    return last_ == nullptr || is_cut_ ? 0 : std::min(last_->room(), most_ - size_);
  }
  [[gnu::noinline]] void grow(std::string_view text) noexcept;
  Block* new_block(std::size_t wanted) noexcept;
  void release(Block* block) noexcept;

  Block* first_ = nullptr;
  Block* last_ = nullptr;
  TextBudget* budget_ = nullptr;
  std::size_t size_ = 0;
  std::size_t most_ = 0;
  std::size_t pieces_ = 0;  // where the one under way begins
  bool is_cut_ = false;
  bool is_away_ = false;
};

/// What one exchange holds, in its worker's memory; most need it for a moment, and so have it
/// apart.
struct HeldTexts : Pooled {
  HeldText request;  ///< its body, as it came
  HeldText answer;   ///< of a stream its pieces of text (see HeldText::end_piece), else its body
};

}  // namespace llmgw::proxy
