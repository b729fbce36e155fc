// SPDX-License-Identifier: MIT
// UUIDv7 from a fast generator (xoshiro256**, Blackman and Vigna): unique needs no secrecy.
#include "common/ids.hpp"

#include <sys/random.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <system_error>

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

IdGenerator::IdGenerator(const Seed& seed) noexcept : state_(seed) {
  // The one state that xoshiro never leaves.
  if (state_ == Seed{}) state_[0] = 1;
}

std::uint64_t IdGenerator::random() noexcept {
  auto& s = state_;
  const std::uint64_t result = std::rotl(s[1] * 5, 7) * 9;
  const std::uint64_t shifted = s[1] << 17;
  s[2] ^= s[0];
  s[3] ^= s[1];
  s[1] ^= s[2];
  s[0] ^= s[3];
  s[2] ^= shifted;
  s[3] = std::rotl(s[3], 45);
  return result;
}

Uuid IdGenerator::next(std::chrono::system_clock::time_point now) noexcept {
  const auto since_epoch = std::chrono::floor<std::chrono::milliseconds>(now.time_since_epoch());
  const auto count = std::max<std::int64_t>(since_epoch.count(), 0);
  if (const auto ms = static_cast<std::uint64_t>(count) & time_mask; ms > milliseconds_) {
    milliseconds_ = ms;
    // Half of the range is left free above the start, for counting on (RFC 9562 section 6.2).
    counter_high_ = random() & 0x7ff;
    counter_low_ = random() & low_mask;
  } else {
    counter_low_ += 1 + (random() >> 32);
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

IdGenerator::Seed random_seed() {
  IdGenerator::Seed seed{};
  // Up to 256 bytes come whole or not at all (getrandom(2)).
  while (::getrandom(seed.data(), sizeof seed, 0) != sizeof seed) {
    if (errno != EINTR) throw std::system_error(errno, std::generic_category(), "getrandom");
  }
  return seed;
}

}  // namespace llmgw
