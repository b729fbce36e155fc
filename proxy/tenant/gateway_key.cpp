// SPDX-License-Identifier: MIT
// Random characters, and the checksum behind them.
#include "proxy/tenant/gateway_key.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>

namespace llmgw::proxy {
namespace {

constexpr std::string_view live_prefix = "gw_live_";
constexpr std::string_view test_prefix = "gw_test_";
constexpr std::string_view base62 =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::size_t random_size = 32;
constexpr std::size_t checksum_size = 6;
static_assert(live_prefix.size() == test_prefix.size());
static_assert(live_prefix.size() + random_size + checksum_size == gateway_key_size);

constexpr bool is_base62(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

// Most significant first, padded with 0.
std::array<char, checksum_size> checksum_of(std::string_view text) noexcept {
  auto sum = crc32(0, reinterpret_cast<const Bytef*>(text.data()), static_cast<uInt>(text.size()));
  std::array<char, checksum_size> digits;
  for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit) {
    *digit = base62[sum % base62.size()];
    sum /= base62.size();
  }
  return digits;
}

}  // namespace

// A byte that lies in the last, broken run of 62 would favour the first characters: another one is
// taken.
std::string random_base62(std::size_t count, const std::function<std::uint64_t()>& random) {
  constexpr std::uint64_t limit = 256 / base62.size() * base62.size();
  std::string text;
  text.reserve(count);
  while (text.size() < count) {
    std::uint64_t bits = random();
    for (std::size_t i = 0; i < sizeof bits && text.size() < count; ++i, bits >>= 8)
      if ((bits & 0xff) < limit) text += base62[(bits & 0xff) % base62.size()];
  }
  return text;
}

std::string make_gateway_key(KeyKind kind, const std::function<std::uint64_t()>& random) {
  std::string key(kind == KeyKind::test ? test_prefix : live_prefix);
  key += random_base62(random_size, random);
  const auto checksum = checksum_of(key);
  return key.append(checksum.data(), checksum.size());
}

bool is_of_gateway(std::string_view key) noexcept {
  return key.starts_with(live_prefix) || key.starts_with(test_prefix);
}

bool is_gateway_key(std::string_view key) noexcept {
  if (key.size() != gateway_key_size || !is_of_gateway(key)) return false;
  if (!std::all_of(key.begin() + live_prefix.size(), key.end(), is_base62)) return false;
  const auto checksum = checksum_of(key.substr(0, gateway_key_size - checksum_size));
  return key.ends_with(std::string_view(checksum.data(), checksum.size()));
}

bool may_be_key(std::string_view key) noexcept {
  if (key.size() < shortest_key || key.size() > longest_key) return false;
  if (!std::all_of(key.begin(), key.end(), [](char c) { return c > ' ' && c < '\x7f'; }))
    return false;
  return !is_of_gateway(key) || is_gateway_key(key);
}

}  // namespace llmgw::proxy
