// SPDX-License-Identifier: MIT
// Unpacking.
#include "proxy/tokens/ranks.hpp"

#include <zstd.h>

#include <stdexcept>

namespace llmgw::proxy {
namespace {

std::unique_ptr<char[]> unpack(std::string_view packed, std::size_t size) {
  auto out = std::make_unique_for_overwrite<char[]>(size);
  if (ZSTD_decompress(out.get(), size, packed.data(), packed.size()) != size)
    throw std::runtime_error("the rank tables in this program are damaged");
  return out;
}

}  // namespace

Ranks::Ranks(const RankData& data)
    : slots_(std::size_t{1} << place_bits), mask_(slots_.size() - 1) {
  const auto all = unpack(data.packed, data.tokens + data.bytes);
  bytes_ = std::make_unique_for_overwrite<char[]>(data.bytes);
  size_ = data.bytes;
  std::memcpy(bytes_.get(), all.get() + data.tokens, data.bytes);
  std::size_t offset = 0;
  for (std::size_t rank = 0; rank < data.tokens; ++rank) {
    const auto length = static_cast<unsigned char>(all[rank]);
    if (length == 0 || length > longest || length > data.bytes - offset)
      throw std::runtime_error("the rank tables in this program are damaged");
    put(static_cast<std::uint32_t>(rank), offset, length);
    offset += length;
  }
}

// No token is there twice.
void Ranks::put(std::uint32_t rank, std::size_t offset, std::size_t length) {
  const std::uint64_t hash = hash_of({&bytes_[offset], length});
  std::size_t at = place_of(hash);
  while (slots_[at] != 0) at = (at + 1) & mask_;
  slots_[at] = tag_of(hash, length) | std::uint64_t{offset} << rank_bits | (rank + 1);
}

const Ranks& ranks_of(Encoding encoding) {
  if (encoding == Encoding::cl100k) {
    static const Ranks ranks(rank_data(Encoding::cl100k));
    return ranks;
  }
  static const Ranks ranks(rank_data(Encoding::o200k));
  return ranks;
}

}  // namespace llmgw::proxy
