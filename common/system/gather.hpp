// SPDX-License-Identifier: MIT
// PURE: Gather: the pieces of memory that leave in one sendmsg, in order.
#pragma once

#include <sys/uio.h>

#include <array>
#include <cstddef>
#include <cstring>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace llmgw {

/// A list of views; the memory behind them must stay as it is until the write that takes the list
/// has been started. Neighbours in memory are joined, so a span that is passed on whole is one
/// piece however it was cut up to look at.
class Gather {
 public:
  void clear() noexcept {
    pieces_.clear();
    copies_.clear();
    owned_.clear();
    size_ = 0;
  }

  /// Adds a view of bytes that somebody else keeps.
  void add(std::string_view bytes) {
    if (bytes.empty()) return;
    size_ += bytes.size();
    if (!pieces_.empty()) {
      iovec& last = pieces_.back();
      if (static_cast<const char*>(last.iov_base) + last.iov_len == bytes.data()) {
        last.iov_len += bytes.size();
        return;
      }
    }
    pieces_.push_back({const_cast<char*>(bytes.data()), bytes.size()});
  }

  static constexpr std::size_t copy_limit = 32;
  /// Adds a copy of a few bytes (at most copy_limit), such as a chunk-size line.
  void add_copy(std::string_view bytes) {
    auto& copy = copies_.emplace_back();
    std::memcpy(copy.data(), bytes.data(), bytes.size());
    add({copy.data(), bytes.size()});
  }

  /// Adds bytes that the list keeps itself from now on.
  void add_owned(std::string bytes) { add(owned_.emplace_back(std::move(bytes))); }

  /// A place for a few bytes that are known only once what follows them is: see fill().
  std::size_t reserve() {
    pieces_.push_back({nullptr, 0});
    return pieces_.size() - 1;
  }
  /// Puts a copy of `bytes` (at most copy_limit) into a reserved place; none if that is empty.
  void fill(std::size_t place, std::string_view bytes) {
    if (bytes.empty()) {
      pieces_.erase(pieces_.begin() + static_cast<std::ptrdiff_t>(place));
      return;
    }
    auto& copy = copies_.emplace_back();
    std::memcpy(copy.data(), bytes.data(), bytes.size());
    pieces_[place] = {copy.data(), bytes.size()};
    size_ += bytes.size();
  }

  /// Puts a view of bytes that somebody else keeps into a reserved place; they are not empty.
  void put(std::size_t place, std::string_view bytes) noexcept {
    pieces_[place] = {const_cast<char*>(bytes.data()), bytes.size()};
    size_ += bytes.size();
  }

  bool is_empty() const noexcept { return size_ == 0; }
  std::size_t size() const noexcept { return size_; }
  std::span<iovec> pieces() noexcept { return pieces_; }

 private:
  std::vector<iovec> pieces_;
  std::deque<std::array<char, copy_limit>> copies_;  // neither moves what it holds as it grows
  std::deque<std::string> owned_;
  std::size_t size_ = 0;
};

}  // namespace llmgw
