// SPDX-License-Identifier: MIT
// The files that the program carries, and which form of them a browser is sent.
#include "collector/ui/page_files.hpp"

#include <gtest/gtest.h>

#include "common/coding/compression.hpp"
#include "common/system/sha256.hpp"

namespace llmgw::collector {
namespace {

TEST(PageFiles, HaveTheDocumentAndWhatItNames) {
  const PageFile* const document = find_page_file("/");
  ASSERT_NE(document, nullptr);
  const auto html = decompress(ContentCoding::gzip, document->gzip, document->size);
  ASSERT_TRUE(html);
  EXPECT_FALSE(document->is_for_ever());
  std::size_t named = 0;
  for (const PageFile& each : page_files()) {
    const auto content = decompress(ContentCoding::gzip, each.gzip, each.size);
    ASSERT_TRUE(content) << each.path;
    EXPECT_EQ(content->size(), each.size) << each.path;
    EXPECT_EQ(sha256_hex(*content).substr(0, 16), each.digest) << each.path;
    EXPECT_LT(each.brotli.size(), each.gzip.size()) << each.path;
    if (each.path == "/") continue;
    EXPECT_TRUE(each.is_for_ever());
    named += html->find(each.path) != std::string::npos ? 1 : 0;
  }
  EXPECT_EQ(named, page_files().size() - 1);
}

TEST(PageFiles, HaveTheDocumentAtEveryView) {
  for (const auto* path : {"/latency", "/live", "/accounts"})
    EXPECT_EQ(find_page_file(path), find_page_file("/")) << path;
  for (const auto* path : {"", "/index.html", "/live/", "/assets/", "/../x", "/page.js"})
    EXPECT_EQ(find_page_file(path), nullptr) << path;
}

TEST(PageCoding, IsTheSmallestThatIsTaken) {
  using enum PageCoding;
  const std::pair<const char*, PageCoding> cases[] = {
      {"", identity},
      {"gzip, deflate, br, zstd", brotli},
      {"gzip", gzip},
      {"GZIP;q=0.5", gzip},
      {"br;q=0, gzip", gzip},
      {"br;q=0.001", brotli},
      {"br ; q=0.0 ,gzip;q=0", identity},
      {"identity", identity},
      {"brx, xgzip", identity},
      {",,;,br", brotli},
  };
  for (const auto& [accepted, coding] : cases) EXPECT_EQ(page_coding(accepted), coding) << accepted;
}

TEST(NamesTag, ComparesWeakly) {
  EXPECT_TRUE(names_tag("\"abc\"", "\"abc\""));
  EXPECT_TRUE(names_tag("W/\"abc\"", "\"abc\""));
  EXPECT_TRUE(names_tag("\"x\", \"abc\"", "\"abc\""));
  EXPECT_TRUE(names_tag("*", "\"abc\""));
  EXPECT_FALSE(names_tag("", "\"abc\""));
  EXPECT_FALSE(names_tag("abc", "\"abc\""));
  EXPECT_FALSE(names_tag("\"abcd\"", "\"abc\""));
}

}  // namespace
}  // namespace llmgw::collector
