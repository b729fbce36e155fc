// SPDX-License-Identifier: MIT
// A folder for an event log.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "collector/sinks/ndjson/event_log.hpp"

namespace llmgw::collector {

namespace fs = std::filesystem;
using Pieces = std::vector<std::string_view>;

inline std::string content(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

/// Each test has a folder of its own, and in it the path of an event log.
class EventLogFolderTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "ndjson-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    path_ = folder_ / "events.ndjson";
  }
  void TearDown() override { fs::remove_all(folder_); }

  void put(std::string_view text) const { std::ofstream(path_, std::ios::binary) << text; }
  auto open(LogSync sync = LogSync::none) const { return EventLog::open(path_.string(), sync); }

  fs::path folder_;
  fs::path path_;
};

}  // namespace llmgw::collector
