// SPDX-License-Identifier: MIT
// How fuzz targets take their input: a few bytes decide the cuts, the rest is the text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string_view>

namespace llmgw::fuzz {

/// Ends the run as a finding, unless `holds`.
inline void require(bool holds) {
  if (!holds) std::abort();
}

/// Yields sizes of pieces from a small state, the same for the same seed.
class Cuts {
 public:
  explicit Cuts(std::uint32_t seed) noexcept : state_(seed | 1u) {}

  /// 1 to `most`, short pieces more often than long ones.
  std::size_t next(std::size_t most) noexcept {
    state_ = state_ * 1664525u + 1013904223u;
    const std::size_t scale = std::size_t{1} << ((state_ >> 28) & 7u);
    return 1 + (state_ >> 8) % (scale < most ? scale : most);
  }

 private:
  std::uint32_t state_;
};

/// Calls `show(piece)` for the pieces of `text` in order; each dies once it was shown, so that the
/// sanitizer sees who still looks at it.
template <class Show>
void in_pieces(std::string_view text, std::uint32_t seed, Show show) {
  Cuts cuts(seed);
  while (!text.empty()) {
    const std::size_t size = cuts.next(text.size());
    const auto piece = std::make_unique<char[]>(size);
    text.copy(piece.get(), size);
    show(std::string_view(piece.get(), size));
    text.remove_prefix(size);
  }
}

/// The first bytes of an input as a seed, and the rest as text.
struct Input {
  Input(const std::uint8_t* data, std::size_t size) {
    constexpr std::size_t seed_size = 2;
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    for (const char c : bytes.substr(0, seed_size))
      seed = (seed << 8) | static_cast<unsigned char>(c);
    text = bytes.substr(size < seed_size ? size : seed_size);
  }

  std::uint32_t seed = 0;
  std::string_view text;
};

}  // namespace llmgw::fuzz
