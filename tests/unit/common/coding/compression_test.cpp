// SPDX-License-Identifier: MIT
// Content codings: whole, split, cut at each byte, too large, and not what they say.
#include "common/coding/compression.hpp"

#include <gtest/gtest.h>
#include <zstd.h>

namespace llmgw {
namespace {

constexpr std::size_t plenty = 1U << 20;

std::string zstd(std::string_view content) {
  std::string out(ZSTD_compressBound(content.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), content.data(), content.size(), 3));
  return out;
}

std::string compress(ContentCoding coding, std::string_view content) {
  return coding == ContentCoding::gzip ? gzip(content) : zstd(content);
}

std::string text_of(std::size_t size) {
  std::string text;
  while (text.size() < size) text += std::to_string(text.size() * 7919) + ',';
  text.resize(size);
  return text;
}

class Compression : public testing::TestWithParam<ContentCoding> {};
INSTANTIATE_TEST_SUITE_P(All, Compression,
                         testing::Values(ContentCoding::gzip, ContentCoding::zstd));

TEST_P(Compression, GivesBackWhatWasPutIn) {
  for (const std::size_t size : {0U, 1U, 100U, 16'384U, 16'385U, 300'000U}) {
    const std::string text = text_of(size);
    EXPECT_EQ(decompress(GetParam(), compress(GetParam(), text), plenty).value(), text);
  }
}

TEST_P(Compression, ReadsSeveralPartsAsOne) {
  const std::string parts = compress(GetParam(), "one,") + compress(GetParam(), "two");
  EXPECT_EQ(decompress(GetParam(), parts, plenty).value(), "one,two");
}

TEST_P(Compression, StopsAtTheLimit) {
  const std::string text = text_of(50'000);
  const std::string packed = compress(GetParam(), text);
  EXPECT_EQ(decompress(GetParam(), packed, text.size()).value(), text);
  EXPECT_EQ(decompress(GetParam(), packed, text.size() - 1).error(), errc::body_too_large);
  EXPECT_EQ(
      decompress(GetParam(), compress(GetParam(), std::string(1U << 26, ' ')), plenty).error(),
      errc::body_too_large);
}

TEST_P(Compression, RefusesWhatIsCutAnywhere) {
  const std::string packed = compress(GetParam(), text_of(2'000));
  for (std::size_t size = 0; size < packed.size(); ++size)
    EXPECT_EQ(decompress(GetParam(), packed.substr(0, size), plenty).error(),
              errc::malformed_message)
        << size;
}

TEST_P(Compression, RefusesWhatFollowsTheEnd) {
  EXPECT_EQ(decompress(GetParam(), compress(GetParam(), "x") + "{}", plenty).error(),
            errc::malformed_message);
}

TEST_P(Compression, RefusesWhatIsNotOfThatCoding) {
  EXPECT_EQ(decompress(GetParam(), R"({"a":1})", plenty).error(), errc::malformed_message);
}

TEST(GzipStream, IsOneMemberHoweverItIsCut) {
  std::string content;
  for (int i = 0; content.size() < 600'000; ++i) content += "line " + std::to_string(i * i) + "\n";
  for (const std::size_t piece : {std::size_t{1'000}, std::size_t{70'000}, content.size()}) {
    GzipStream stream(6);
    std::string packed;
    for (std::size_t at = 0; at < content.size(); at += piece)
      packed += stream.add(std::string_view(content).substr(at, piece));
    packed += stream.finish();
    EXPECT_EQ(decompress(ContentCoding::gzip, packed, plenty).value(), content) << piece;
    EXPECT_LT(packed.size(), content.size() / 2);
  }
  GzipStream empty;
  EXPECT_EQ(decompress(ContentCoding::gzip, empty.finish(), plenty).value(), "");
}

TEST(ContentCodings, AreNamedInAnyCase) {
  EXPECT_EQ(parse_content_coding(""), ContentCoding::identity);
  EXPECT_EQ(parse_content_coding("Identity"), ContentCoding::identity);
  EXPECT_EQ(parse_content_coding("GZIP"), ContentCoding::gzip);
  EXPECT_EQ(parse_content_coding("x-gzip"), ContentCoding::gzip);
  EXPECT_EQ(parse_content_coding("zstd"), ContentCoding::zstd);
  for (const auto* other : {"br", "deflate", "gzip, zstd", "gzip,", "g"})
    EXPECT_EQ(parse_content_coding(other), std::nullopt) << other;
}

TEST(ContentCodings, IdentityIsBoundedToo) {
  EXPECT_EQ(decompress(ContentCoding::identity, "abc", 3).value(), "abc");
  EXPECT_EQ(decompress(ContentCoding::identity, "abcd", 3).error(), errc::body_too_large);
}

}  // namespace
}  // namespace llmgw
