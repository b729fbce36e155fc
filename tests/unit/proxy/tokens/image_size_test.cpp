// SPDX-License-Identifier: MIT
// Sizes by the first bytes of each format, whole and cut, and the tokens that they come to.
#include "proxy/tokens/image_size.hpp"

#include <gtest/gtest.h>

#include <string>

namespace llmgw::proxy {
namespace {

using namespace std::string_literals;

const std::string png = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\2\x1c\0\0\1\x68"s;  // 540 by 360
const std::string gif = "GIF89a\x1c\2\x68\1"s;
const std::string webp_extended = "RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\x1b\2\0\x67\1\0"s;
const std::string webp_lossless = "RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f\x1b\xc2\x59\0\0\0\0\0\0"s;
const std::string webp_lossy = "RIFF\0\0\0\0WEBPVP8 \0\0\0\0\0\0\0\x9d\x01\x2a\x1c\2\x68\1"s;
const std::string jpeg = "\xff\xd8\xff\xe0\0\4JF\xff\xff\xdb\0\3x\xff\xc2\0\x11\x08\1\x68\2\x1c\3"s;

TEST(ImageSize, EachFormat) {
  constexpr ImageSize size{540, 360};
  for (const std::string& each : {png, gif, webp_extended, webp_lossless, webp_lossy, jpeg})
    EXPECT_EQ(image_size(each), size);
}

TEST(ImageSize, CutOrBroken) {
  for (const std::string& each : {png, gif, webp_extended, webp_lossless, webp_lossy}) {
    for (std::size_t size = 0; size < each.size(); ++size)
      EXPECT_EQ(image_size(std::string_view(each).substr(0, size)), std::nullopt);
  }
  for (std::size_t size = 0; size + 2 < jpeg.size(); ++size)
    EXPECT_EQ(image_size(std::string_view(jpeg).substr(0, size)), std::nullopt);
  EXPECT_EQ(image_size("BM nothing that is known"), std::nullopt);
  EXPECT_EQ(image_size("\xff\xd8\xff\xe0\0\0\xff\xc0\0\0\0\0\0\0\0\0\0"s), std::nullopt);
  EXPECT_EQ(image_size("GIF89a\0\0\0\0"s), std::nullopt);
}

TEST(ImageSize, OfAUrlInsideAJsonString) {
  EXPECT_EQ(image_size_of_url("data:image/gif;base64,R0lGODlhHAJoAQ=="), (ImageSize{540, 360}));
  EXPECT_EQ(image_size_of_url(R"(data:image\/gif;base64,R0lGODlhHAJoAQ==)"), (ImageSize{540, 360}));
  EXPECT_EQ(image_size_of_url("DATA:image/gif;base64,R0lGODlhHAJoAQ=="), (ImageSize{540, 360}));
  EXPECT_EQ(image_size_of_url("data:image/gif,R0lGODlhHAJoAQ=="), std::nullopt);
  EXPECT_EQ(image_size_of_url("https://example.com/a,b;base64,"), std::nullopt);
  EXPECT_EQ(image_size_of_url(""), std::nullopt);
}

constexpr ImageRule tiles{.kind = ImageRule::Kind::tiles, .base = 85, .tile = 170};
constexpr ImageRule patches(std::uint32_t hundredths) {
  return {.kind = ImageRule::Kind::patches, .hundredths = hundredths};
}

TEST(ImageTokens, Tiles) {
  EXPECT_EQ(image_tokens(tiles, {3008, 2000}, false), 1105U);  // as billed
  EXPECT_EQ(image_tokens(tiles, {2560, 1669}, false), 1105U);
  EXPECT_EQ(image_tokens(tiles, {128, 64}, false), 255U);  // never enlarged
  EXPECT_EQ(image_tokens(tiles, {512, 512}, false), 255U);
  EXPECT_EQ(image_tokens(tiles, {513, 512}, false), 425U);
  EXPECT_EQ(image_tokens(tiles, {4000, 4000}, true), 85U);
  EXPECT_EQ(image_tokens(tiles, {0x7fffffff, 1}, false), 85U + 4 * 170);
}

TEST(ImageTokens, Patches) {
  EXPECT_EQ(image_tokens(patches(246), {540, 360}, false), 502U);  // billed 503
  EXPECT_EQ(image_tokens(patches(100), {1024, 1024}, false), 1024U);
  EXPECT_EQ(image_tokens(patches(100), {1800, 2400}, false), 1452U);  // the guide's example
  EXPECT_EQ(image_tokens(patches(100), {1, 1}, false), 1U);
  for (const ImageSize size : {ImageSize{1, 0xffffffff}, {0xffffffff, 1}, {100'000, 100'000}}) {
    const auto tokens = image_tokens(patches(100), size, false);
    EXPECT_GE(tokens, 1U);
    EXPECT_LE(tokens, 1536U);
  }
}

TEST(ImageTokens, OfUnknownRules) { EXPECT_EQ(image_tokens({}, {1, 1}, false), std::nullopt); }

}  // namespace
}  // namespace llmgw::proxy
