// SPDX-License-Identifier: MIT
// A folder for a SQLite store, and what is in one.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "collector/sinks/sqlite/sqlite_sink.hpp"
#include "common/text/timestamp.hpp"

namespace llmgw::collector {

namespace fs = std::filesystem;

/// What an event of these tests has; the rest is always the same.
struct TestEvent {
  std::string id = {};
  std::int64_t time = 1'795'422'600'123;  ///< milliseconds since 1970
  std::string tenant = "demo";
  std::string model = "m";
  int status = 200;
  std::int64_t tokens = -1;  ///< of the prompt; less than 0: not reported
  double latency = 812.5;
  std::string more = {};  ///< further members, each behind a comma

  std::string line() const {
    char time_text[timestamp_room];
    const auto point = std::chrono::system_clock::time_point(std::chrono::milliseconds(time));
    std::string text = R"({"request_id":"req_1","tenant":")" + tenant +
                       R"(","provider":"openai","model":")" + model + R"(","latency_ms":)" +
                       std::to_string(latency) + R"(,"status_code":)" + std::to_string(status);
    if (tokens >= 0) text += ",\"prompt_tokens\":" + std::to_string(tokens);
    text.append(",\"ts\":\"").append(time_text, write_timestamp(point, time_text)).append("\"");
    if (!id.empty()) text += ",\"event_id\":\"" + id + "\"";
    return text + more + "}\n";
  }

 private:
  static constexpr std::size_t timestamp_room = 32;
};

inline Batch batch_of(const std::vector<TestEvent>& events) {
  Batch batch;
  for (const TestEvent& each : events) {
    batch.text += each.line();
    batch.lines.push_back({batch.text.size(), event_key(each.id)});
  }
  return batch;
}

/// An UUIDv7 of that time; `number` tells it from others.
inline std::string id_at(std::int64_t time, unsigned number) {
  char text[80];
  std::snprintf(text, sizeof text, "%08llx-%04llx-7%03x-8%03x-%012x",
                static_cast<unsigned long long>(time) >> 16,
                static_cast<unsigned long long>(time) & 0xffff, number >> 12 & 0xfff,
                number & 0xfff, number);
  return text;
}

/// Each test has a folder of its own, and in it the path of a store.
class SqliteFolderTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "sqlite-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    path_ = folder_ / "events.db";
    config_.store_sync = LogSync::none;
  }
  void TearDown() override {
    sink_.reset();
    fs::remove_all(folder_);
  }

  void open() {
    sink_.reset();  // which has it locked
    auto opened = SqliteSink::open(path_.string(), config_);
    ASSERT_TRUE(opened) << opened.error().message();
    sink_ = std::move(*opened);
  }
  Result<Stored> write(const std::vector<TestEvent>& events) const {
    const Batch batch = batch_of(events);
    const Batch* const batches[] = {&batch};
    return sink_->write(batches);
  }
  /// Rows of a query, each with its columns as text, separated by blanks; NULL is `-`.
  std::vector<std::string> rows(std::string_view sql, int columns) const {
    auto database = Database::open(path_.string(), Database::Mode::read_only);
    EXPECT_TRUE(database);
    auto statement = database->prepare(sql);
    EXPECT_TRUE(statement) << sql;
    std::vector<std::string> found;
    while (*statement->step() != 0) {
      std::string row;
      for (int i = 0; i < columns; ++i) {
        row += i == 0 ? "" : " ";
        row += statement->is_null(i) ? "-" : statement->text(i);
      }
      found.push_back(row);
    }
    return found;
  }
  std::string one(std::string_view sql, int columns = 1) const {
    const auto found = rows(sql, columns);
    return found.size() == 1 ? found.front() : std::to_string(found.size()) + " rows";
  }

  fs::path folder_;
  fs::path path_;
  Config config_;
  std::unique_ptr<SqliteSink> sink_;
};

}  // namespace llmgw::collector
