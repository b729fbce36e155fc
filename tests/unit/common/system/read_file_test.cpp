// SPDX-License-Identifier: MIT
// Reading files: content, and the system's own words where there is none.
#include "common/system/read_file.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

namespace llmgw {
namespace {

// A file that is gone after the test.
struct TemporaryFile {
  std::string path = testing::TempDir() + "llmgw_read_file_XXXXXX";

  explicit TemporaryFile(std::string_view content) {
    const int descriptor = mkstemp(path.data());
    EXPECT_EQ(::write(descriptor, content.data(), content.size()),
              static_cast<ssize_t>(content.size()));
    ::close(descriptor);
  }
  ~TemporaryFile() { ::unlink(path.c_str()); }
};

TEST(ReadFile, ReadsAllOfIt) {
  for (const std::size_t size : {0U, 1U, 16'384U, 100'000U, 4U << 20}) {
    const std::string content(size, 'x');
    const auto read = read_file(TemporaryFile(content).path);
    ASSERT_TRUE(read);
    EXPECT_EQ(*read, content);
  }
}

TEST(ReadFile, RefusesWhatIsTooLarge) {
  const auto read = read_file(TemporaryFile(std::string((4 << 20) + 1, 'x')).path);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error(), boost::system::errc::file_too_large);
}

TEST(ReadFile, SaysWhyItCannot) {
  EXPECT_EQ(read_file("/nowhere/at/all").error().message(), "No such file or directory");
  EXPECT_EQ(read_file(testing::TempDir()).error().message(), "Is a directory");
}

}  // namespace
}  // namespace llmgw
