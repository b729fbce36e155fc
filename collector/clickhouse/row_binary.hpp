// SPDX-License-Identifier: MIT
// PURE: RowBinary: rows as ClickHouse's format of that name has them. Nothing is escaped, so
// nothing that was sent can be anything but a value.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace llmgw::collector {

/// Appends values to a text, in the order of the columns that the INSERT names.
class RowBinary {
 public:
  /// A text outlives this.
  explicit RowBinary(std::string& out) noexcept : out_(out) {}

  /// UInt8, Int16, Int64, UInt64: little-endian.
  template <class Integer>
  void integer(Integer value) {
    static_assert(std::endian::native == std::endian::little);
    char bytes[sizeof value];
    std::memcpy(bytes, &value, sizeof value);
    out_.append(bytes, sizeof value);
  }
  /// String: LEB128 of its size, and its bytes.
  void text(std::string_view value) {
    std::size_t size = value.size();
    for (; size >= 0x80; size >>= 7) out_ += static_cast<char>(size | 0x80);
    out_ += static_cast<char>(size);
    out_ += value;
  }
  /// UUID of 16 bytes as they are written: two halves, each little-endian.
  void uuid(std::string_view bytes) {
    for (std::size_t half = 8; half <= 16; half += 8)
      for (std::size_t i = 1; i <= 8; ++i) out_ += bytes[half - i];
  }
  /// In front of the value of a Nullable: whether it is none.
  void null(bool is_null) { out_ += is_null ? '\1' : '\0'; }

 private:
  std::string& out_;
};

}  // namespace llmgw::collector
