// SPDX-License-Identifier: MIT
// UUIDv7 by the counter of RFC 9562 section 6.2, method 2, from random numbers that stay unknown.
#include "common/event/ids.hpp"

#include <algorithm>

namespace llmgw {
namespace {

constexpr std::uint64_t low_mask = (1ULL << 62) - 1;
constexpr std::uint64_t time_mask = (1ULL << 48) - 1;

char* write_hex(const std::uint8_t* bytes, std::size_t count, char* out) noexcept {
  constexpr std::string_view digits = "0123456789abcdef";
  for (std::size_t i = 0; i < count; ++i) {
    *out++ = digits[bytes[i] >> 4];
    *out++ = digits[bytes[i] & 15];
  }
  return out;
}

void write_big_endian(std::uint64_t value, std::uint8_t* out) noexcept {
  for (int i = 7; i >= 0; --i) {
    out[i] = static_cast<std::uint8_t>(value);
    value >>= 8;
  }
}

constexpr auto id_characters = [] {
  std::array<bool, 256> table{};
  constexpr std::string_view accepted =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
  for (const char c : accepted) table[static_cast<unsigned char>(c)] = true;
  return table;
}();

}  // namespace

IdText uuid_text(const Uuid& uuid) noexcept {
  IdText text;
  char* out = text.chars.data();
  const std::uint8_t* in = uuid.bytes.data();
  out = write_hex(in, 4, out);
  for (const std::size_t group : {4U, 6U, 8U}) {
    *out++ = '-';
    out = write_hex(in + group, 2, out);
  }
  *out++ = '-';
  write_hex(in + 10, 6, out);
  return text;
}

IdText request_id_text(const Uuid& uuid) noexcept {
  IdText text;
  char* out = std::copy_n("req_", 4, text.chars.data());
  write_hex(uuid.bytes.data(), uuid.bytes.size(), out);
  return text;
}

bool is_valid_request_id(std::string_view id) noexcept {
  if (id.empty() || id.size() > 128) return false;
  bool is_good = true;  // without a branch for each character
  for (const char c : id) is_good &= id_characters[static_cast<unsigned char>(c)];
  return is_good;
}

Uuid IdGenerator::next(std::chrono::system_clock::time_point now) noexcept {
  const auto since_epoch = std::chrono::floor<std::chrono::milliseconds>(now.time_since_epoch());
  const auto count = std::max<std::int64_t>(since_epoch.count(), 0);
  if (const auto ms = static_cast<std::uint64_t>(count) & time_mask; ms > milliseconds_) {
    milliseconds_ = ms;
    // Half of the range is left free above the start, for counting on (RFC 9562 section 6.2).
    counter_high_ = random_.next() & 0x7ff;
    counter_low_ = random_.next() & low_mask;
  } else {
    counter_low_ += 1 + (random_.next() >> 16);
    counter_high_ += counter_low_ >> 62;
    counter_low_ &= low_mask;
    milliseconds_ += counter_high_ >> 12;
    counter_high_ &= 0xfff;
  }

  Uuid uuid;
  write_big_endian(milliseconds_ << 16 | 7ULL << 12 | counter_high_, uuid.bytes.data());
  write_big_endian(2ULL << 62 | counter_low_, uuid.bytes.data() + 8);
  return uuid;
}

}  // namespace llmgw
