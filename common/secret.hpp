// SPDX-License-Identifier: MIT
// A string that cannot be printed, logged, streamed or formatted by accident, and is wiped when it
// goes.
#pragma once

#include <cstring>
#include <iosfwd>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace llmgw {

/// Holds a key. The text comes out through reveal() alone; every copy wipes its own bytes.
class Secret {
 public:
  Secret() = default;

  /// Takes over `text` and wipes the string it came in.
  explicit Secret(std::string text) : bytes_(text.begin(), text.end()) {
    explicit_bzero(text.data(), text.size());
  }

  Secret(const Secret&) = default;
  Secret(Secret&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}
  Secret& operator=(Secret other) noexcept {
    bytes_.swap(other.bytes_);
    return *this;
  }
  ~Secret() {
    // A vector keeps its bytes on the heap, so a move leaves none behind (a short std::string
    // would).
    if (char* const bytes = bytes_.data()) explicit_bzero(bytes, bytes_.size());
  }

  /// The text itself, valid as long as this object is; keep it out of logs, events and messages.
  std::string_view reveal() const noexcept { return {bytes_.data(), bytes_.size()}; }
  bool is_empty() const noexcept { return bytes_.empty(); }

  friend bool operator==(const Secret&, const Secret&) = default;
  friend std::ostream& operator<<(std::ostream&, const Secret&) = delete;

 private:
  std::vector<char> bytes_;
};

}  // namespace llmgw
