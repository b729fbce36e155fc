// SPDX-License-Identifier: MIT
// Events as rows for COPY: each once, words filled in later, and nothing that a server would
// refuse.
#include "collector/sinks/postgres/event_stage.hpp"

#include <gtest/gtest.h>

#include <random>

#include "tests/unit/collector/sinks/sqlite/sqlite_folder.hpp"

namespace llmgw::collector {
namespace {

constexpr std::int64_t now = 1'795'422'600'123;

class EventStageTest : public testing::Test {
 protected:
  Result<void> take(const std::vector<TestEvent>& events) {
    batch_ = batch_of(events);
    const Batch* const batches[] = {&batch_};
    return stage_.take(batches, words_);
  }

  Batch batch_;
  WordNumbers words_;
  EventStage stage_;
};

TEST_F(EventStageTest, TakesEachEventOnce) {
  const std::string clock = id_at(now, 1);
  ASSERT_TRUE(take({{.id = clock}, {.id = "a"}, {.id = clock}, {.id = "a", .time = now - 7'000}}));
  EXPECT_EQ(stage_.lines().size(), 2U);
  EXPECT_EQ(stage_.repeated(), 2U);
  EXPECT_TRUE(stage_.has_placed());
  ASSERT_TRUE(take({{.id = clock}}));
  EXPECT_EQ(stage_.repeated(), 0U);
  EXPECT_FALSE(stage_.has_placed());
}

TEST_F(EventStageTest, TellsEventsWithoutAnIdByTheirLine) {
  ASSERT_TRUE(take({{.tokens = 1}, {.tokens = 2}, {.tokens = 1}}));
  EXPECT_EQ(stage_.lines().size(), 2U);
  EXPECT_EQ(stage_.repeated(), 1U);
  EXPECT_FALSE(stage_.has_placed());
}

TEST_F(EventStageTest, AsksForEachWordOnce) {
  ASSERT_TRUE(
      take({{.id = id_at(now, 1)}, {.id = id_at(now, 2)}, {.id = id_at(now, 3), .tenant = "t"}}));
  std::size_t tenants = 0;
  for (const Word& each : stage_.missing()) tenants += each.kind == Column::tenant ? 1 : 0;
  EXPECT_EQ(tenants, 2U);
  EXPECT_FALSE(stage_.fill(words_));  // nobody has learnt them
}

TEST_F(EventStageTest, RefusesWhatIsNoEvent) {
  batch_ = {.text = "[1]\n", .lines = {{4, {}}}};
  const Batch* const batches[] = {&batch_};
  EXPECT_EQ(stage_.take(batches, words_).error(), errc::malformed_message);
}

TEST(FittingReader, KeepsWholeWhatAColumnCannotHold) {
  FittingReader reader;
  EventRow row;
  const std::string line = TestEvent{.id = id_at(now, 1), .tenant = "a\\u0000b"}.line();
  ASSERT_TRUE(reader.read(line, row));
  EXPECT_EQ(row[Column::tenant].text,
            "a\xef\xbf\xbd"
            "b");
  EXPECT_EQ(row.rest, R"("tenant":"a\u0000b")");
  const std::string long_line =
      TestEvent{.tenant = std::string(300, 'x') + "\\u0000", .model = "\\u0000"}.line();
  ASSERT_TRUE(reader.read(long_line, row));
  EXPECT_EQ(row[Column::tenant].text, std::string(256, 'x'));
  EXPECT_EQ(row.rest, "\"tenant\":\"" + std::string(300, 'x') + R"(\u0000","model":"\u0000")");
}

// Any bytes in texts and in members that nobody knows: what would be sent is a text to the server.
TEST(FittingReader, MakesNothingThatAServerWouldRefuse) {
  std::mt19937_64 random(5);
  FittingReader reader;
  EventRow row;
  for (int round = 0; round < 3'000; ++round) {
    std::string text;
    for (std::uint64_t i = random() % 40; i > 0; --i) {
      const char byte = static_cast<char>(random() % 2 == 0 ? random() : 'a');
      if (byte != '"' && byte != '\\') text += byte;
      if (random() % 9 == 0) text += "\\u0000";
      if (random() % 9 == 0) text += "\\ud83d\\ude00";
    }
    const std::string line =
        TestEvent{.tenant = text,
                  .more = ",\"more\":\"" + text + "\",\"upstream_request_id\":\"" + text + "\""}
            .line();
    if (!reader.read(line, row)) continue;
    EXPECT_TRUE(is_storable(row.rest));
    for (std::size_t i = 0; i < column_count; ++i) EXPECT_TRUE(is_storable(row.cells[i].text));
  }
}

}  // namespace
}  // namespace llmgw::collector
