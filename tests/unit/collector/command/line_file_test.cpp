// SPDX-License-Identifier: MIT
// Whole lines of files of every coding, wherever blocks end.
#include "collector/command/line_file.hpp"

#include <gtest/gtest.h>
#include <unistd.h>
#include <zstd.h>

#include <cstdio>
#include <memory>

#include "common/coding/compression.hpp"

namespace llmgw::collector {
namespace {

Result<LineFile> file_with(std::string_view content) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::tmpfile(), std::fclose);
  std::fwrite(content.data(), 1, content.size(), file.get());
  std::rewind(file.get());
  return LineFile::on_descriptor(Descriptor(dup(fileno(file.get()))));
}

std::string zstd(std::string_view content) {
  std::string packed(ZSTD_compressBound(content.size()), '\0');
  packed.resize(ZSTD_compress(packed.data(), packed.size(), content.data(), content.size(), 1));
  return packed;
}

// All lines that a file gives, block after block.
Result<std::string> lines_of(LineFile& file) {
  std::string all;
  for (;;) {
    auto block = file.next();
    if (block.has_error()) return block.error();
    if (block->empty()) return all;
    EXPECT_TRUE(block->ends_with('\n'));
    all += *block;
  }
}

std::string many_lines() {
  std::string text;
  for (std::size_t i = 0; text.size() < 3 * LineFile::block_bytes; ++i)
    text.append(i * 7'919 % 3'000, static_cast<char>('a' + i % 26)).append("\n");
  return text;
}

TEST(LineFile, GivesWholeLinesOfEveryCoding) {
  const std::string text = many_lines();
  const std::size_t half = text.size() / 2;
  const std::string contents[] = {text, gzip(text),
                                  gzip(text.substr(0, half)) + gzip(text.substr(half)), zstd(text),
                                  zstd(text.substr(0, half)) + zstd(text.substr(half))};
  for (const std::string& content : contents) {
    auto file = file_with(content);
    ASSERT_TRUE(file);
    const auto lines = lines_of(*file);
    ASSERT_TRUE(lines);
    EXPECT_TRUE(*lines == text);
    EXPECT_EQ(file->torn(), "");
  }
}

TEST(LineFile, TellsWhatStandsBehindTheLastLineEnd) {
  const std::pair<std::string, std::string> cases[] = {
      {"", ""}, {"a\n", ""}, {"a", "a"}, {"a\n\nbc", "bc"}, {"\n", ""}, {"ab\ncd\ne", "e"}};
  for (const auto& [content, torn] : cases) {
    auto file = file_with(content);
    ASSERT_TRUE(file);
    EXPECT_EQ(*lines_of(*file), content.substr(0, content.size() - torn.size()));
    EXPECT_EQ(file->torn(), torn);
  }
}

TEST(LineFile, IsDamagedWhereverItIsCut) {
  for (const std::string& whole : {gzip("some\nlines\n"), zstd("some\nlines\n")}) {
    for (std::size_t size = 4; size < whole.size(); ++size) {
      auto file = file_with(whole.substr(0, size));
      ASSERT_TRUE(file);
      EXPECT_EQ(lines_of(*file).error(), errc::malformed_message) << size;
    }
  }
}

TEST(LineFile, IsNoneWhereThereIsNoFile) {
  EXPECT_EQ(LineFile::open("/none/file").error(), std::errc::no_such_file_or_directory);
}

}  // namespace
}  // namespace llmgw::collector
