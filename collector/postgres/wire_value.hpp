// SPDX-License-Identifier: MIT
// PURE: values as PostgreSQL's binary formats have them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace llmgw::collector {

/// Object ids of types, fixed since PostgreSQL has them (pg_type.dat).
namespace postgres_type {
inline constexpr unsigned int8 = 20;
inline constexpr unsigned text = 25;
inline constexpr unsigned int8_array = 1016;
inline constexpr unsigned text_array = 1009;
inline constexpr unsigned timestamptz = 1184;
inline constexpr unsigned uuid = 2950;
inline constexpr unsigned uuid_array = 2951;
}  // namespace postgres_type

/// Big-endian, in so many bytes.
template <std::size_t size>
void append_integer(std::int64_t value, std::string& out) {
  char bytes[size];
  auto rest = static_cast<std::uint64_t>(value);
  for (std::size_t i = size; i-- > 0; rest >>= 8) bytes[i] = static_cast<char>(rest);
  out.append(bytes, size);
}
std::int64_t read_integer(std::string_view bytes) noexcept;

/// Milliseconds since 1970 as microseconds since 2000, and back.
constexpr std::int64_t epoch_2000 = 946'684'800'000;
constexpr std::int64_t timestamp_of(std::int64_t milliseconds) noexcept {
  return (milliseconds - epoch_2000) * 1'000;
}
constexpr std::int64_t milliseconds_of(std::int64_t timestamp) noexcept {
  const std::int64_t down = timestamp % 1'000 < 0 ? 1 : 0;
  return timestamp / 1'000 - down + epoch_2000;
}

/// Whether a server whose encoding is UTF-8 takes a text as it is: no NUL, nothing broken.
bool is_storable(std::string_view text) noexcept;

/// The same with U+FFFD in the place of each byte that it would not take.
std::string storable(std::string_view text);

}  // namespace llmgw::collector
