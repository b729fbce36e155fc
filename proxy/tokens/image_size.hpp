// SPDX-License-Identifier: MIT
// PURE: how large an image is, and how many tokens that is.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "proxy/tokens/model_family.hpp"

namespace llmgw::proxy {

/// In pixels, neither of them 0.
struct ImageSize {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  friend bool operator==(const ImageSize&, const ImageSize&) = default;
};

/// Of a PNG, JPEG, WebP or GIF, by its first bytes: of JPEG as many as come before its first frame.
std::optional<ImageSize> image_size(std::string_view bytes) noexcept;

/// Of a `data:` URL, as it stands inside a JSON string; of other URLs nothing is known.
std::optional<ImageSize> image_size_of_url(std::string_view inside);

/// By the rule of a family; nothing where that is not known.
std::optional<std::uint64_t> image_tokens(const ImageRule& rule, ImageSize size,
                                          bool is_low_detail) noexcept;

}  // namespace llmgw::proxy
