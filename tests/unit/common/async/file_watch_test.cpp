// SPDX-License-Identifier: MIT
// A file that is looked at again and again: what changes is told once, links included.
#include "common/async/file_watch.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <vector>

#include "common/async/loop.hpp"

namespace llmgw {
namespace {

namespace fs = std::filesystem;

class FileWatchTest : public testing::Test {
 protected:
  FileWatchTest() {
    std::string pattern = (fs::temp_directory_path() / "watch-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    path_ = folder_ / "key";
  }
  ~FileWatchTest() override { fs::remove_all(folder_); }

  static void put(const fs::path& path, std::string_view text) { std::ofstream(path) << text; }

  // Runs until that much was told; after each time `then` may change something.
  std::vector<std::string> told(std::size_t count, const std::function<void(std::size_t)>& then) {
    std::vector<std::string> all;
    Loop loop;
    FileWatch watch(loop, path_.string(), [&](const Result<std::string>& content) {
      all.push_back(content ? *content : "error: " + content.error().message());
      if (all.size() < count) return then(all.size());
      watch_->stop();
      loop.stop();
    });
    watch_ = &watch;
    watch.start();
    loop.run();
    return all;
  }

  fs::path folder_;
  fs::path path_;
  FileWatch* watch_ = nullptr;
};

TEST_F(FileWatchTest, TellsWhatChangesAndNothingElse) {
  put(path_, "one");
  const auto all = told(4, [this](std::size_t times) {
    if (times == 1) put(path_, "two");
    if (times == 2) fs::remove(path_);
    if (times == 3) put(path_, "two");
  });
  EXPECT_EQ(all,
            (std::vector<std::string>{"one", "two", "error: No such file or directory", "two"}));
}

// As the kubelet does it: the file itself is never touched.
TEST_F(FileWatchTest, SeesALinkThatChanges) {
  for (const char* version : {"..1", "..2"}) {
    fs::create_directory(folder_ / version);
    put(folder_ / version / "key", version);
  }
  fs::create_directory_symlink("..1", folder_ / "..data");
  fs::create_symlink("..data/key", path_);
  const auto all = told(2, [this](std::size_t) {
    fs::create_directory_symlink("..2", folder_ / "..tmp");
    fs::rename(folder_ / "..tmp", folder_ / "..data");
  });
  EXPECT_EQ(all, (std::vector<std::string>{"..1", "..2"}));
}

}  // namespace
}  // namespace llmgw
