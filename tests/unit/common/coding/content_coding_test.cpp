// SPDX-License-Identifier: MIT
// Names of content codings, alone and in lists.
#include "common/coding/content_coding.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace llmgw {
namespace {

using Codings = std::vector<ContentCoding>;

Codings listed(std::string_view value) {
  const CodingList list = parse_codings(value).value();
  return {list.codings.begin(), list.codings.begin() + static_cast<std::ptrdiff_t>(list.size)};
}

TEST(ContentCoding, IsNamedInAnyCase) {
  EXPECT_EQ(content_coding("gzip"), ContentCoding::gzip);
  EXPECT_EQ(content_coding("X-GZip"), ContentCoding::gzip);
  EXPECT_EQ(content_coding("Deflate"), ContentCoding::deflate);
  EXPECT_EQ(content_coding("BR"), ContentCoding::br);
  EXPECT_EQ(content_coding("zstd"), ContentCoding::zstd);
  EXPECT_EQ(content_coding("IDENTITY"), ContentCoding::identity);
}

TEST(ContentCoding, OtherNamesAreNone) {
  for (const std::string_view other :
       {"", "g", "gzi", "gzipp", " gzip", "gzip ", "gzip,", "gzip, br", "compress", "dcb", "*"})
    EXPECT_EQ(content_coding(other), std::nullopt) << other;
}

TEST(ContentCodingList, HasTheOrderOfTheValue) {
  using enum ContentCoding;
  EXPECT_EQ(listed("gzip"), Codings{gzip});
  EXPECT_EQ(listed("gzip, br"), (Codings{gzip, br}));
  EXPECT_EQ(listed("br,gzip"), (Codings{br, gzip}));
  EXPECT_EQ(listed("x-gzip\t,\tbr,zstd"), (Codings{gzip, br, zstd}));
}

TEST(ContentCodingList, LeavesOutIdentityAndWhatIsEmpty) {
  EXPECT_EQ(listed(" GZIP ,identity,, Br"), (Codings{ContentCoding::gzip, ContentCoding::br}));
  for (const std::string_view none : {"", "identity", " , ", ",", "Identity,identity"})
    EXPECT_EQ(listed(none), Codings{}) << none;
}

TEST(ContentCodingList, IsNoneWithAnUnknownNameOrTooMany) {
  for (const std::string_view unknown : {"compress", "gzip, x", "dcb", "g", "gzip;q=1", "gzip br"})
    EXPECT_FALSE(parse_codings(unknown)) << unknown;
  EXPECT_TRUE(parse_codings("gzip,gzip,gzip,identity"));
  EXPECT_FALSE(parse_codings("gzip,gzip,gzip,gzip"));
}

}  // namespace
}  // namespace llmgw
