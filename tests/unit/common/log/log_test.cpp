// SPDX-License-Identifier: MIT
// Log lines as they arrive on stderr: form, levels, escaping, whole lines from many threads.
#include "common/log/log.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>
#include <vector>

namespace llmgw {
namespace {

using nlohmann::json;

// Text with each digit replaced, so that a time can be compared.
std::string without_digits(std::string text) {
  for (char& c : text) c = c >= '0' && c <= '9' ? 'd' : c;
  return text;
}

constexpr std::string_view time_form = "dddd-dd-ddTdd:dd:dd.dddZ";

// Catches stderr for one test and puts the default log back afterwards.
class Log : public testing::Test {
 protected:
  void SetUp() override {
    testing::internal::CaptureStderr();
    is_capturing_ = true;
  }
  void TearDown() override {
    if (is_capturing_) static_cast<void>(written());
    log::configure(log::Level::info, log::Format::json);
  }
  std::string written() {
    is_capturing_ = false;
    return testing::internal::GetCapturedStderr();
  }

 private:
  bool is_capturing_ = false;
};

TEST_F(Log, WritesJsonLines) {
  log::configure(log::Level::info, log::Format::json);
  const std::string text = "t\"\n\x1b\xff";
  log::info("listening", {{"listener", "traffic"},
                          {"text", text},
                          {"int", -3},
                          {"size", std::size_t{7}},
                          {"most", std::numeric_limits<std::uint64_t>::max()},
                          {"real", 0.25},
                          {"nan", std::numeric_limits<double>::quiet_NaN()},
                          {"yes", true}});
  const std::string line = written();
  ASSERT_EQ(line.find('\n'), line.size() - 1);
  EXPECT_TRUE(without_digits(line).starts_with(
      R"({"ts":")" + std::string(time_form) +
      R"(","level":"info","msg":"listening","listener":"traffic",)"))
      << line;
  const json object = json::parse(line);
  EXPECT_EQ(object.at("text"), "t\"\n\x1b\ufffd");
  EXPECT_EQ(object.at("int"), -3);
  EXPECT_EQ(object.at("size"), 7);
  EXPECT_EQ(object.at("most"), std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(object.at("real"), 0.25);
  EXPECT_TRUE(object.at("nan").is_null());
  EXPECT_EQ(object.at("yes"), true);
}

TEST_F(Log, WritesTextForPeople) {
  log::configure(log::Level::debug, log::Format::text);
  log::warn("it is {} 100%d",
            {{"a", "b"}, {"s", "two words"}, {"e", ""}, {"n", 5}, {"l", "x\ny"}, {"q", "a=b"}});
  log::info("two\nlines");
  log::debug("fine");
  const std::string time(time_form);
  EXPECT_EQ(without_digits(written()),
            time + " WARN  it is {} ddd%d a=b s=\"two words\" e=\"\" n=d l=\"x\\ny\" q=\"a=b\"\n" +
                time + " INFO  \"two\\nlines\"\n" + time + " DEBUG fine\n");
}

TEST_F(Log, LeavesOutWhatIsBelowTheLevel) {
  log::configure(log::Level::warn, log::Format::json);
  EXPECT_FALSE(log::is_enabled(log::Level::debug));
  EXPECT_FALSE(log::is_enabled(log::Level::info));
  EXPECT_TRUE(log::is_enabled(log::Level::warn));
  EXPECT_TRUE(log::is_enabled(log::Level::error));
  log::debug("a");
  log::info("b");
  log::warn("c");
  log::error("d");
  std::istringstream lines(written());
  std::string first, second, third;
  std::getline(lines, first);
  std::getline(lines, second);
  EXPECT_EQ(json::parse(first).at("msg"), "c");
  EXPECT_EQ(json::parse(second).at("level"), "error");
  EXPECT_FALSE(std::getline(lines, third));
}

TEST_F(Log, KeepsLinesWholeAmongThreads) {
  log::configure(log::Level::info, log::Format::json);
  constexpr int threads = 8, each = 500;
  {
    std::vector<std::jthread> writers;
    for (int t = 0; t < threads; ++t) {
      writers.emplace_back([t] {
        const std::string padding(static_cast<std::size_t>(t) * 100, 'x');
        for (int i = 0; i < each; ++i) log::info("line", {{"thread", t}, {"padding", padding}});
      });
    }
  }
  std::istringstream lines(written());
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count)
    ASSERT_TRUE(json::accept(line)) << line;
  EXPECT_EQ(count, threads * each);
}

// Stderr is a pipe that nobody reads, and full.
TEST_F(Log, DoesNotWaitWhereItMayNot) {
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_NONBLOCK), 0);
  while (::write(ends[1], "x", 1) == 1) {
  }
  const int own = ::dup(STDERR_FILENO);
  ::dup2(ends[1], STDERR_FILENO);
  const bool written_when_full = log::write_at_once(log::Level::warn, "full", {});
  const bool left_out = log::write_at_once(log::Level::debug, "below the level", {});
  std::string read(1 << 20, '\0');
  ASSERT_GT(::read(ends[0], read.data(), read.size()), 0);
  const bool written_after = log::write_at_once(log::Level::warn, "after", {});
  read.resize(static_cast<std::size_t>(::read(ends[0], read.data(), read.size())));
  ::dup2(own, STDERR_FILENO);
  for (const int each : {own, ends[0], ends[1]}) ::close(each);
  EXPECT_FALSE(written_when_full);
  EXPECT_TRUE(left_out);
  EXPECT_TRUE(written_after);
  EXPECT_EQ(json::parse(read).at("msg"), "after");
}

}  // namespace
}  // namespace llmgw
