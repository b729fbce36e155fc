// SPDX-License-Identifier: MIT
// UUIDs read eight digits at a time; anything else hashed.
#include "collector/sinks/event_key.hpp"

#include <cstring>

namespace llmgw::collector {
namespace {

constexpr std::uint64_t ones = 0x0101'0101'0101'0101;

// Eight lower-case hex digits in memory order to the number they spell; `is_good` is and-ed with
// whether they are that. Each step joins neighbours: nibbles to bytes, bytes to pairs, pairs to the
// number.
std::uint64_t hex8(std::uint64_t text, bool& is_good) {
  const std::uint64_t low_bits = text & ones * 0x7f;
  const std::uint64_t is_letter = (low_bits + ones * (0x80 - 'a')) & ones * 0x80;
  const std::uint64_t at_most_f = ~(low_bits + ones * (0x7f - 'f')) & ones * 0x80;
  const std::uint64_t from_0 = (low_bits + ones * (0x80 - '0')) & ones * 0x80;
  const std::uint64_t at_most_9 = ~(low_bits + ones * (0x7f - '9')) & ones * 0x80;
  const std::uint64_t good = ((is_letter & at_most_f) | (from_0 & at_most_9)) & ~text;
  is_good &= good == ones * 0x80;
  std::uint64_t nibbles = (text & ones * 0x0f) + (is_letter >> 7) * 9;
  nibbles = (nibbles << 4 | nibbles >> 8) & 0x00ff'00ff'00ff'00ff;
  nibbles = (nibbles << 8 | nibbles >> 16) & 0x0000'ffff'0000'ffff;
  return (nibbles << 16 | nibbles >> 32) & 0xffff'ffff;
}

// `0192f0c1-7a3b-7def-9abc-0123456789ab`. Nothing, as none, for what is not written like that.
EventKey uuid_key(std::string_view id) {
  if (id.size() != 36) return {};
  const auto word = [id](std::size_t at) {
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, id.data() + at, 8);
    return bytes;
  };
  const auto half = [id](std::size_t at) {
    std::uint32_t bytes = 0;
    std::memcpy(&bytes, id.data() + at, 4);
    return std::uint64_t{bytes};
  };
  bool is_good = id[8] == '-' && id[13] == '-' && id[18] == '-' && id[23] == '-';
  const std::uint64_t a = hex8(word(0), is_good);
  const std::uint64_t b = hex8(half(9) | half(14) << 32, is_good);
  const std::uint64_t c = hex8(half(19) | half(24) << 32, is_good);
  const std::uint64_t d = hex8(word(28), is_good);
  if (!is_good) return {};
  return {a << 32 | b, c << 32 | d};
}

EventKey hash_key(std::string_view id) {
  __extension__ using Wide = unsigned __int128;
  constexpr Wide prime = (Wide{1} << 88) + 0x13b;
  Wide hash = (Wide{0x6c62272e07bb0142} << 64) + 0x62b821756295c58d;
  for (const char c : id) hash = (hash ^ static_cast<unsigned char>(c)) * prime;
  return {static_cast<std::uint64_t>(hash >> 64), static_cast<std::uint64_t>(hash)};
}

}  // namespace

EventKey event_key(std::string_view event_id) noexcept {
  if (event_id.empty()) return {};
  const EventKey key = uuid_key(event_id);
  return key.is_none() ? hash_key(event_id) : key;
}

}  // namespace llmgw::collector
