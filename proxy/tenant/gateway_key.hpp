// SPDX-License-Identifier: MIT
// PURE: the form of the keys that this gateway makes: `gw_live_` or `gw_test_`, 32 characters of
// base62 that are random, and six that are the CRC-32 of all before them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace llmgw::proxy {

/// What a key is for.
enum class KeyKind : std::uint8_t { live, test };

/// Of a key of ours: 8 + 32 + 6.
inline constexpr std::size_t gateway_key_size = 46;
/// Of keys that others made.
inline constexpr std::size_t shortest_key = 16;
inline constexpr std::size_t longest_key = 256;

/// A new key. `random`: yields 64 random bits each time; all 62 characters are equally likely.
std::string make_gateway_key(KeyKind kind, const std::function<std::uint64_t()>& random);

/// `count` random characters of base62.
std::string random_base62(std::size_t count, const std::function<std::uint64_t()>& random);

/// Whether it begins as the keys of this gateway do.
bool is_of_gateway(std::string_view key) noexcept;

/// Whether it is of their form, its checksum right. Tells a slip from an unknown key; it is no
/// defence.
bool is_gateway_key(std::string_view key) noexcept;

/// Whether it may be a key: 16 to 256 visible ASCII characters, and sound where it begins as ours
/// do.
bool may_be_key(std::string_view key) noexcept;

}  // namespace llmgw::proxy
