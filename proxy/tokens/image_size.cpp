// SPDX-License-Identifier: MIT
// A few bytes at known places (PNG 1.2 section 11.2.2, GIF89a section 18, RFC 9649 section 2, JPEG:
// ITU-T T.81 section B.2.2).
#include "proxy/tokens/image_size.hpp"

#include <algorithm>
#include <cmath>

#include "common/json/items.hpp"
#include "common/text/case_blind.hpp"
#include "common/text/wiped.hpp"

namespace llmgw::proxy {
namespace {

// What is looked at of an image: pictures within a JPEG, and what cameras note, come first.
constexpr std::size_t most_bytes = 192 * 1024;

class Bytes {
 public:
  explicit Bytes(std::string_view bytes) noexcept : bytes_(bytes) {}
  bool has(std::size_t size) const noexcept { return bytes_.size() >= size; }
  std::uint32_t at(std::size_t place) const noexcept {
    return static_cast<unsigned char>(bytes_[place]);
  }
  std::uint32_t big(std::size_t place, std::size_t size) const noexcept {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < size; ++i) value = value << 8 | at(place + i);
    return value;
  }
  std::uint32_t little(std::size_t place, std::size_t size) const noexcept {
    std::uint32_t value = 0;
    for (std::size_t i = size; i > 0; --i) value = value << 8 | at(place + i - 1);
    return value;
  }
  std::string_view text(std::size_t place, std::size_t size) const noexcept {
    return bytes_.substr(place, size);
  }

 private:
  std::string_view bytes_;
};

std::optional<ImageSize> known(std::uint32_t width, std::uint32_t height) noexcept {
  if (width == 0 || height == 0) return std::nullopt;
  return ImageSize{width, height};
}

std::optional<ImageSize> size_of_webp(const Bytes& bytes) noexcept {
  if (!bytes.has(30) || bytes.text(8, 4) != "WEBP") return std::nullopt;
  const std::string_view chunk = bytes.text(12, 4);
  if (chunk == "VP8X") return known(bytes.little(24, 3) + 1, bytes.little(27, 3) + 1);
  if (chunk == "VP8L") {
    const std::uint32_t bits = bytes.little(21, 4);
    return known((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1);
  }
  if (chunk == "VP8 ") return known(bytes.little(26, 2) & 0x3fff, bytes.little(28, 2) & 0x3fff);
  return std::nullopt;
}

bool is_frame(std::uint32_t marker) noexcept {
  const bool is_table = marker == 0xc4 || marker == 0xc8 || marker == 0xcc;
  return marker >= 0xc0 && marker <= 0xcf && !is_table;
}

std::optional<ImageSize> size_of_jpeg(const Bytes& bytes) noexcept {
  for (std::size_t at = 2; bytes.has(at + 9);) {
    if (bytes.at(at) != 0xff) return std::nullopt;
    const std::uint32_t marker = bytes.at(at + 1);
    if (marker == 0xff) {  // one that fills
      ++at;
      continue;
    }
    if (is_frame(marker)) return known(bytes.big(at + 7, 2), bytes.big(at + 5, 2));
    const std::uint32_t length = bytes.big(at + 2, 2);
    if (length < 2) return std::nullopt;
    at += 2 + length;
  }
  return std::nullopt;
}

int base64_value(char c) noexcept {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  return c == '+' ? 62 : c == '/' ? 63 : -1;
}

// Slashes may be escaped, as some encoders of JSON do.
WipedText from_base64(std::string_view inside) {
  WipedText bytes;
  bytes.reserve(std::min(inside.size() / 4 * 3 + 3, most_bytes));
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char c : inside) {
    if (c == '\\') continue;
    const int value = base64_value(c);
    if (value < 0 || bytes.size() == most_bytes) break;
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes.push_back(static_cast<char>(bits >> count));
  }
  return bytes;
}

std::uint64_t parts(double length, double of) noexcept {
  return static_cast<std::uint64_t>(std::ceil(length / of));
}

// Never enlarged.
std::uint64_t tiles_of(ImageSize size) noexcept {
  double width = size.width;
  double height = size.height;
  const auto scale = [&](double factor) {
    if (factor >= 1) return;
    width = std::max(std::round(width * factor), 1.0);
    height = std::max(std::round(height * factor), 1.0);
  };
  scale(2048 / std::max(width, height));
  scale(768 / std::min(width, height));
  return parts(width, 512) * parts(height, 512);
}

// One that has more is made smaller, then smaller still, to whole patches.
std::uint64_t patches_of(ImageSize size) noexcept {
  constexpr double side = 32;
  constexpr double most = 1536;
  const double width = size.width;
  const double height = size.height;
  const auto all = static_cast<double>(parts(width, side) * parts(height, side));
  if (all <= most) return static_cast<std::uint64_t>(all);
  const double factor = std::sqrt(most * side * side / (width * height));
  const double across = width * factor / side;
  const double down = height * factor / side;
  const double fit =
      std::min(std::max(std::floor(across), 1.0) / across, std::max(std::floor(down), 1.0) / down);
  return std::min(parts(width * factor * fit, side) * parts(height * factor * fit, side),
                  static_cast<std::uint64_t>(most));
}

}  // namespace

std::optional<ImageSize> image_size(std::string_view all) noexcept {
  const Bytes bytes(all);
  if (all.starts_with("\x89PNG\r\n\x1a\n"))
    return bytes.has(24) ? known(bytes.big(16, 4), bytes.big(20, 4)) : std::nullopt;
  if (all.starts_with("GIF8"))
    return bytes.has(10) ? known(bytes.little(6, 2), bytes.little(8, 2)) : std::nullopt;
  if (all.starts_with("RIFF")) return size_of_webp(bytes);
  if (all.starts_with("\xff\xd8")) return size_of_jpeg(bytes);
  return std::nullopt;
}

std::optional<ImageSize> image_size_of_url(std::string_view inside) {
  constexpr std::size_t longest_head = 256;
  const std::size_t comma = inside.substr(0, longest_head).find(',');
  if (comma == inside.npos) return std::nullopt;
  const std::string head = json_items::decoded(inside.substr(0, comma));
  if (!starts_ignoring_case(head, "data:") || !std::string_view(head).ends_with(";base64"))
    return std::nullopt;
  const WipedText bytes = from_base64(inside.substr(comma + 1));
  return image_size({bytes.data(), bytes.size()});
}

std::optional<std::uint64_t> image_tokens(const ImageRule& rule, ImageSize size,
                                          bool is_low_detail) noexcept {
  switch (rule.kind) {
    case ImageRule::Kind::tiles:
      return is_low_detail ? rule.base : rule.base + rule.tile * tiles_of(size);
    case ImageRule::Kind::patches: return (patches_of(size) * rule.hundredths + 99) / 100;
    case ImageRule::Kind::unknown: return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace llmgw::proxy
