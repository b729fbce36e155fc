// SPDX-License-Identifier: MIT
// SHA-256 of a text, and how digests are compared.
#pragma once

#include <array>
#include <string>
#include <string_view>

namespace llmgw {

using Sha256Digest = std::array<unsigned char, 32>;

/// The digest of a text. Looks the algorithm up each time: for start-up and the command line.
Sha256Digest sha256(std::string_view text);

/// 64 hexadecimal digits in lower case, as sha256sum writes them.
std::string hex_of(const Sha256Digest& digest);

/// The digest as such digits.
std::string sha256_hex(std::string_view text);

/// Whether both are the same. The time it takes says nothing of where they differ.
bool is_same_digest(const Sha256Digest& a, const Sha256Digest& b) noexcept;

}  // namespace llmgw
