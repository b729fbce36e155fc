// SPDX-License-Identifier: MIT
// Bits of RFC 9562: 48 of milliseconds, then version, variant and what tells ids apart.
#include "collector/sinks/place.hpp"

#include <algorithm>
#include <cstdlib>

namespace llmgw::collector {
namespace {

constexpr std::int64_t last_time = (std::int64_t{1} << 48) - 1;

void write_big_endian(std::uint64_t value, char* out) noexcept {
  for (int i = 7; i >= 0; --i) {
    out[i] = static_cast<char>(value);
    value >>= 8;
  }
}

Place place_at(std::uint64_t high, std::uint64_t low, bool is_id) noexcept {
  Place place;
  write_big_endian(high, place.bytes.data());
  write_big_endian(low, place.bytes.data() + 8);
  place.is_id = is_id;
  return place;
}

// An id of another form has a key that is a hash, and is told by its form.
bool is_uuid7(const EventKey& key, std::string_view id) noexcept {
  const bool has_form = id.size() == 36 && id[8] == '-' && id[13] == '-' && id[14] == '7' &&
                        id[18] == '-' && id[23] == '-';
  return has_form && (key.high >> 12 & 0xf) == 7 && key.low >> 62 == 2;
}

}  // namespace

std::int64_t Place::time() const noexcept {
  std::int64_t time = 0;
  for (std::size_t i = 0; i < 6; ++i) time = time << 8 | static_cast<unsigned char>(bytes[i]);
  return time;
}

Place place_of(const EventKey& key, std::string_view id, std::int64_t time,
               std::string_view line) noexcept {
  if (is_uuid7(key, id)) {
    const auto said = static_cast<std::int64_t>(key.high >> 16);
    if (std::abs(said - time) <= most_skew) return place_at(key.high, key.low, true);
  }
  const EventKey hash = id.empty() ? event_key(line) : key;
  const auto begin = static_cast<std::uint64_t>(std::clamp<std::int64_t>(time, 0, last_time));
  const std::uint64_t high = begin << 16 | 0x8000 | (hash.high & 0xfff);
  const std::uint64_t low = std::uint64_t{2} << 62 | (hash.low & ~(std::uint64_t{3} << 62));
  return place_at(high, low, false);
}

Place place_of_id(std::string_view id) noexcept {
  const EventKey key = event_key(id);
  return is_uuid7(key, id) ? place_at(key.high, key.low, true) : Place{};
}

Place first_place(std::int64_t time) noexcept {
  const auto begin = static_cast<std::uint64_t>(std::clamp<std::int64_t>(time, 0, last_time));
  return place_at(begin << 16, 0, false);
}

}  // namespace llmgw::collector
