// SPDX-License-Identifier: MIT
// Changes of the configuration's files: which are seen, what is counted, and what stays.
#include "common/async/config_watch.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "common/async/loop.hpp"

namespace llmgw {
namespace {

namespace fs = std::filesystem;

class ConfigWatchTest : public testing::Test {
 protected:
  ConfigWatchTest() {
    std::string pattern = (fs::temp_directory_path() / "config-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    put("old/a.yaml", "a: 1\n");
    put("old/key", "k1");
    fs::create_directory_symlink("old", folder_ / "..data");
    fs::create_symlink("..data/a.yaml", folder_ / "a.yaml");
  }
  ~ConfigWatchTest() override { fs::remove_all(folder_); }

  void put(const fs::path& path, std::string_view text) {
    fs::create_directories((folder_ / path).parent_path());
    std::ofstream(folder_ / path) << text;
  }

  // As a kubelet changes what it has mounted.
  void mount(std::string_view text, std::string_view key) {
    put("new/a.yaml", text);
    put("new/key", key);
    fs::create_directory_symlink("new", folder_ / "..data_tmp");
    fs::rename(folder_ / "..data_tmp", folder_ / "..data");
  }

  Checked<ConfigOrigin> read(const FileReader& reader) {
    auto document = read_config_document(folder_.string(), reader, list_files);
    const auto key = reader((folder_ / "..data" / "key").string());
    keys_.push_back(key ? *key : "none");
    if (!document.faults.lines.empty()) return document.faults;
    return std::move(document.origin);
  }

  // Starts the watch, changes something, and runs until so many readings are counted.
  ConfigStatus watch(std::uint64_t readings, const std::function<void(ConfigWatch&)>& change) {
    Loop loop;
    ConfigWatch* self = nullptr;
    std::size_t count = 0;
    const ConfigOrigin origin = *read(read_file);
    ConfigWatch watch(loop, {folder_.string(), origin.files, origin.hash},
                      [&](const FileReader& reader) {
                        // Behind the reading, whose count is not in the status yet.
                        if (count++ == readings)
                          loop.post([&] {
                            self->stop();
                            loop.stop();
                          });
                        return read(reader);
                      });
    self = &watch;
    watch.start();
    change(watch);
    loop.run();
    return watch.status();
  }

  fs::path folder_;
  std::vector<std::string> keys_;  // as each reading found them
};

TEST_F(ConfigWatchTest, SeesWhatIsMountedAnew) {
  const auto status = watch(1, [this](ConfigWatch& watch) {
    EXPECT_EQ(watch.status().reloads, 0U);  // nothing has changed since the start
    mount("a: 2\n", "k2");
  });
  EXPECT_EQ(status.reloads, 1U);
  EXPECT_EQ(status.failed_reloads, 0U);
  EXPECT_EQ(status.files, std::vector{(folder_ / "a.yaml").string()});
  EXPECT_EQ(keys_.back(), "k2");
}

TEST_F(ConfigWatchTest, SeesAFileThatWasReadBesides) {
  watch(1, [this](ConfigWatch&) { put("old/key", "another"); });
  EXPECT_EQ(keys_.back(), "another");
}

TEST_F(ConfigWatchTest, SeesFilesThatComeAndGo) {
  const auto more = watch(1, [this](ConfigWatch&) { put("b.yaml", "b: 1\n"); });
  EXPECT_EQ(more.files.size(), 2U);
  const auto fewer = watch(1, [this](ConfigWatch&) { fs::remove(folder_ / "b.yaml"); });
  EXPECT_EQ(fewer.files.size(), 1U);
}

TEST_F(ConfigWatchTest, KeepsTheLastOneThatWasGood) {
  std::string before;
  const auto status = watch(1, [&](ConfigWatch& watch) {
    before = watch.status().hash;
    mount("a: [\n", "k1");
  });
  EXPECT_EQ(status.reloads, 0U);
  EXPECT_EQ(status.failed_reloads, 1U);
  EXPECT_EQ(status.hash, before);
  ASSERT_EQ(status.last_faults.size(), 1U);
}

TEST_F(ConfigWatchTest, ReadsWhenItIsTold) {
  const auto status = watch(2, [](ConfigWatch& watch) {
    watch.reload();
    watch.reload();
  });
  EXPECT_EQ(status.reloads, 2U);
}

TEST_F(ConfigWatchTest, SeesWhatChangedBeforeItBegan) {
  Loop loop;
  ConfigWatch watch(loop, {folder_.string(), {}, "of another file"},
                    [this](const FileReader& reader) { return read(reader); });
  watch.start();
  watch.stop();
  EXPECT_EQ(watch.status().reloads, 1U);
  EXPECT_EQ(watch.status().hash.size(), 64U);
}

}  // namespace
}  // namespace llmgw
