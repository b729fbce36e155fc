// SPDX-License-Identifier: MIT
// PURE: the rank of every token of an encoding, by its bytes.
#pragma once

#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <string_view>
#include <vector>

#include "proxy/tokens/rank_data.hpp"

namespace llmgw::proxy {

/// A hash table with open addresses. Const once it is made, so that any thread may read it.
class Ranks {
 public:
  static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();

  /// Unpacks a table: takes some 20 ms, and 2.5 (cl100k) or 4 MB (o200k). Throws bad_alloc, and
  /// runtime_error where the data are not what they should be.
  explicit Ranks(const RankData& data);

  /// The rank of those bytes, which are not empty; `none` where they are no token.
  std::uint32_t find(std::string_view bytes) const noexcept {
    if (bytes.size() > longest) return none;
    const std::uint64_t hash = hash_of(bytes);
    const std::uint64_t wanted = tag_of(hash, bytes.size());
    for (std::size_t at = place_of(hash);; at = (at + 1) & mask_) {
      const std::uint64_t slot = slots_[at];
      if (slot == 0) return none;
      if ((slot ^ wanted) >> tag_shift == 0 &&
          std::memcmp(&bytes_[slot >> rank_bits & offset_mask], bytes.data(), bytes.size()) == 0)
        return static_cast<std::uint32_t>(slot & rank_mask) - 1;
    }
  }

  /// Bytes that it holds.
  std::size_t memory() const noexcept { return slots_.size() * sizeof(std::uint64_t) + size_; }

 private:
  // A slot: part of the hash and the length of the token, then where its bytes lie, then its rank
  // plus one; 0: it is free.
  static constexpr unsigned rank_bits = 18;
  static constexpr unsigned offset_bits = 21;
  static constexpr unsigned length_bits = 8;
  static constexpr unsigned tag_shift = rank_bits + offset_bits;
  static constexpr std::uint64_t rank_mask = (1U << rank_bits) - 1;
  static constexpr std::uint64_t offset_mask = (1U << offset_bits) - 1;
  static constexpr std::size_t longest = 128;
  static constexpr unsigned place_bits = 18;

  static std::uint64_t load(const char* from) noexcept {
    std::uint64_t word = 0;
    std::memcpy(&word, from, sizeof word);
    return word;
  }
  // Of up to eight bytes, different ones for different texts of one length.
  static std::uint64_t load_short(const char* from, std::size_t size) noexcept {
    if (size == 8) return load(from);
    if (size >= 4) {
      std::uint32_t first = 0;
      std::uint32_t last = 0;
      std::memcpy(&first, from, sizeof first);
      std::memcpy(&last, from + size - sizeof last, sizeof last);
      return std::uint64_t{first} << 32 | last;
    }
    const auto byte = [from](std::size_t at) {
      return std::uint64_t{static_cast<unsigned char>(from[at])};
    };
    return byte(0) << 16 | byte(size / 2) << 8 | byte(size - 1);
  }
  static std::uint64_t mix(std::uint64_t hash) noexcept {
    hash *= 0x9e37'79b9'7f4a'7c15;
    return hash ^ hash >> 32;
  }
  static std::uint64_t hash_of(std::string_view bytes) noexcept {
    const char* at = bytes.data();
    std::size_t left = bytes.size();
    std::uint64_t hash = left;
    for (; left > 8; at += 8, left -= 8) hash = mix(hash ^ load(at));
    return mix(mix(hash ^ load_short(at, left)));
  }
  static std::uint64_t tag_of(std::uint64_t hash, std::size_t length) noexcept {
    return hash << (tag_shift + length_bits) | std::uint64_t{length} << tag_shift;
  }
  std::size_t place_of(std::uint64_t hash) const noexcept { return hash >> (64 - place_bits); }

  void put(std::uint32_t rank, std::size_t offset, std::size_t length);

  std::vector<std::uint64_t> slots_;
  std::size_t mask_;
  std::unique_ptr<char[]> bytes_;
  std::size_t size_ = 0;  // of it
};

/// Made on first need; any thread. Throws what the constructor throws.
const Ranks& ranks_of(Encoding encoding);

}  // namespace llmgw::proxy
