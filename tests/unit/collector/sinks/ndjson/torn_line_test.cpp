// SPDX-License-Identifier: MIT
// The unfinished end of a file: cut where it is surely ours, else left alone and named.
#include "collector/sinks/ndjson/torn_line.hpp"

#include "collector/sinks/ndjson/tail_fault.hpp"
#include "common/log/log.hpp"
#include "tests/unit/collector/events.hpp"
#include "tests/unit/collector/sinks/ndjson/event_log_folder.hpp"

namespace llmgw::collector {
namespace {

class TornLineTest : public EventLogFolderTest {
 protected:
  void SetUp() override {
    log::configure(log::Level::error, log::Format::json);  // a line for each cut else
    EventLogFolderTest::SetUp();
  }
  void TearDown() override {
    EventLogFolderTest::TearDown();
    log::configure(log::Level::info, log::Format::json);
  }

  void expect_cut(const std::string& before, const std::string& after) const {
    put(before);
    auto log = open();
    ASSERT_TRUE(log) << before.substr(0, 100) << ": " << log.error().message();
    EXPECT_EQ(content(path_), after);
    ASSERT_TRUE((*log)->append(Pieces{"{9}\n"}));
    EXPECT_EQ(content(path_), after + "{9}\n");
  }
  void expect_left(const std::string& text, tail_fault fault) const {
    put(text);
    const auto log = open();
    ASSERT_FALSE(log) << text.substr(0, 100);
    EXPECT_EQ(log.error(), make_error_code(fault)) << text.substr(0, 100);
    EXPECT_EQ(content(path_), text);
  }
};

// An event in another order than the gateways', as others may send it.
constexpr std::string_view other_order =
    R"({"ts":"2026-11-23T08:30:00.123Z","tenant":"demo","provider":"openai","model":"m",)"
    R"("latency_ms":1,"status_code":200,"request_id":"req_1"})";

TEST_F(TornLineTest, CutsAnEventWhereverItIsTorn) {
  const std::string whole = line("a");
  const std::string torn = event("b");
  for (std::size_t length = 1; length <= torn.size(); ++length) {
    expect_cut(whole + torn.substr(0, length), whole);
    expect_cut(torn.substr(0, length), "");
  }
  for (std::size_t length = 1; length <= other_order.size(); ++length)
    expect_cut(whole + std::string(other_order.substr(0, length)), whole);
  expect_cut(std::string(other_order), "");
}

TEST_F(TornLineTest, CutsLongLinesAndZeros) {
  const std::string whole = line("a");
  std::string large = event("a");
  large.insert(1, "\"padding\":\"" + std::string(200'000, 'x') + "\",");
  expect_cut("", "");
  expect_cut(whole, whole);
  expect_cut(large + '\n' + large, large + '\n');
  expect_cut(large, "");
  expect_cut(whole + std::string(5'000, '\0'), whole);
  expect_cut(whole + "{\"requ" + std::string(5'000, '\0'), whole);
  expect_cut(event("a") + std::string(5'000, '\0'), "");
  expect_cut("{}\n" + event("a"), "{}\n");
}

TEST_F(TornLineTest, LeavesAnotherJsonFile) {
  const std::string others[] = {
      R"({"version":1})",
      R"({"version":1,"name":)",
      R"({"request_id":"req_1"})",
      R"({"model":"gpt-4o-mini","messages":[{"role":"user","content":"{hello"}],"stream":true})",
      "{\n  \"a\": {\n  }",
      "{\n  \"a\": 1\n}",
      R"([{"request_id":"req_1"}])",
      "[",
      "\"text",
      "root:x:0:0\nno line end",
      "{}\n{\"a\":",
      event("a") + event("b"),
      event("a") + "garbage",
      std::string(17 << 20, 'x'),
      "{\"request_id\":\"" + std::string(17 << 20, 'x'),
  };
  for (const std::string& each : others) {
    expect_left(each, tail_fault::no_event);
    if (each.starts_with('{') && each.find('\n') == each.npos && each.back() == '}')
      expect_left(line("a") + each, tail_fault::no_event);
  }
}

TEST_F(TornLineTest, NamesWhatStandsAtTheEnd) {
  for (const char* blanks : {" ", "\t \t", "\r", "  \r"}) {
    expect_left(blanks, tail_fault::blanks);
    expect_left(line("a") + blanks, tail_fault::blanks);
  }
  expect_left(std::string(100, '\0'), tail_fault::zeros);
  expect_left("no event\n" + std::string(100, '\0'), tail_fault::zeros);
  EXPECT_NE(make_error_code(tail_fault::blanks).message().find("blanks"), std::string::npos);
}

TEST_F(TornLineTest, AReopenedFileIsLeftAloneToo) {
  auto log = open();
  ASSERT_TRUE((*log)->append(Pieces{line("a")}));
  fs::rename(path_, folder_ / "old");
  put(R"({"version":1})");
  EXPECT_EQ((*log)->reopen().error(), make_error_code(tail_fault::no_event));
  ASSERT_TRUE((*log)->append(Pieces{line("b")}));
  EXPECT_EQ(content(path_), R"({"version":1})");
  EXPECT_EQ(content(folder_ / "old"), line("a") + line("b"));
}

}  // namespace
}  // namespace llmgw::collector
