// SPDX-License-Identifier: MIT
// Descriptor: owns a file descriptor.
#pragma once

#include <unistd.h>

#include <utility>

namespace llmgw {

class Descriptor {
 public:
  Descriptor() noexcept = default;
  /// Negative: none.
  explicit Descriptor(int number) noexcept : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor() { close(); }

  /// Linux has closed the descriptor also where close(2) reports an error.
  void close() noexcept {
    if (number_ >= 0) ::close(std::exchange(number_, -1));
  }
  /// Gives it away.
  int release() noexcept { return std::exchange(number_, -1); }
  int number() const noexcept { return number_; }
  bool is_open() const noexcept { return number_ >= 0; }

 private:
  int number_ = -1;
};

}  // namespace llmgw
