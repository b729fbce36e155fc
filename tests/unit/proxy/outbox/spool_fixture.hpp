// SPDX-License-Identifier: MIT
// A folder for spools, and what the tests do to it.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "proxy/outbox/spool.hpp"
#include "tests/support/file_size_limit.hpp"

namespace llmgw::proxy {

namespace fs = std::filesystem;

class SpoolTest : public testing::Test {
 protected:
  SpoolTest() {
    std::string name = fs::temp_directory_path() / "spool-XXXXXX";
    root_ = ::mkdtemp(name.data());
    folder_ = root_ / "spool";
  }
  ~SpoolTest() override { fs::remove_all(root_); }

  std::unique_ptr<Spool> open(std::uint64_t most = 1 << 30) { return open_at(folder_, most); }
  static std::unique_ptr<Spool> open_at(const fs::path& folder, std::uint64_t most = 1 << 30) {
    auto opened = Spool::open(folder.string(), most);
    EXPECT_TRUE(opened.has_value()) << opened.error().text;
    return std::move(*opened);
  }
  static std::uint64_t look_into_all(Spool& spool) {
    while (spool.look_into_next()) {
    }
    return spool.take_found();
  }

  // The kernel keeps what was written whatever happens to the process: so a copy of the files is
  // what a process that is killed at this moment leaves.
  fs::path crash() {
    const fs::path copy = root_ / ("crash-" + std::to_string(++crashes_));
    fs::copy(folder_, copy);
    return copy;
  }

  static std::string line(int number) {
    return std::to_string(number) + std::string(100, '.') + '\n';
  }

  // Text that no packing makes smaller, much.
  static std::string noise(std::size_t size) {
    static std::minstd_rand random(7);
    std::string text(size, ' ');
    for (char& each : text) each = static_cast<char>(' ' + 1 + (random() >> 8) % 94);
    return text;
  }

  // Reads and acknowledges batch after batch; the numbers of the lines.
  static std::vector<int> drain(Spool& spool, BatchBounds bounds = {}) {
    std::vector<int> numbers;
    for (;;) {
      Batch batch;
      spool.read(batch, bounds);
      if (batch.is_empty()) return numbers;
      append_numbers(batch.lines(), numbers);
      spool.acknowledge();
    }
  }
  static void append_numbers(std::string_view lines, std::vector<int>& numbers) {
    for (std::size_t at = 0; at < lines.size(); at = lines.find('\n', at) + 1)
      numbers.push_back(std::stoi(std::string(lines.substr(at, 20))));
  }
  static std::vector<int> range(int from, int to) {
    std::vector<int> numbers;
    for (int i = from; i < to; ++i) numbers.push_back(i);
    return numbers;
  }

  static std::vector<fs::path> files(const fs::path& folder, std::string_view prefix,
                                     std::string_view suffix) {
    std::vector<fs::path> found;
    for (const auto& each : fs::directory_iterator(folder)) {
      const std::string name = each.path().filename();
      if (name.starts_with(prefix) && name.ends_with(suffix)) found.push_back(each.path());
    }
    std::sort(found.begin(), found.end());
    return found;
  }
  static void overwrite(const fs::path& path, std::uintmax_t at, std::string_view bytes) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(at));
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    ASSERT_TRUE(file.good());
  }

  fs::path root_;
  fs::path folder_;
  int crashes_ = 0;
};

}  // namespace llmgw::proxy
