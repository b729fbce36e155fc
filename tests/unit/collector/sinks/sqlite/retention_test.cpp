// SPDX-License-Identifier: MIT
// What leaves, what stays, and what may not come back.
#include "collector/sinks/sqlite/retention.hpp"

#include "tests/unit/collector/sinks/sqlite/sqlite_folder.hpp"

namespace llmgw::collector {
namespace {

using std::chrono::hours;

class RetentionTest : public SqliteFolderTest {
 protected:
  static constexpr std::int64_t hour = 3'600'000;

  void SetUp() override {
    SqliteFolderTest::SetUp();
    now_ = std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::system_clock::now().time_since_epoch())
               .count();
    config_.event_retention = hours(24);
    config_.usage_retention = hours(48);
    open();
  }
  void maintain() const {
    while (sink_->maintain()) {
    }
  }
  TestEvent event_of(std::int64_t hours_ago, unsigned number) const {
    const std::int64_t time = now_ - hours_ago * hour;
    return {.id = id_at(time, number), .time = time};
  }

  std::int64_t now_ = 0;
};

TEST_F(RetentionTest, RemovesWhatIsOldAndKeepsTheSums) {
  ASSERT_TRUE(write({event_of(72, 1), event_of(30, 2), event_of(23, 3), event_of(0, 4)}));
  maintain();
  EXPECT_EQ(one("SELECT count(*) FROM event"), "2");
  EXPECT_EQ(one("SELECT sum(requests) FROM usage_hour"), "3");
  EXPECT_EQ(one("SELECT sum(n) FROM latency_hour"), "3");
  EXPECT_EQ(one("SELECT sum(requests) FROM usage_day"), "4");
}

TEST_F(RetentionTest, DoesNotTakeBackWhatItHasRemoved) {
  TestEvent placed = event_of(40, 9);
  placed.id = "no-clock";
  const std::vector<TestEvent> old{event_of(72, 1), event_of(30, 2), placed};
  ASSERT_TRUE(write(old));
  maintain();
  EXPECT_EQ(one("SELECT count(*) FROM placed"), "0");
  for (int round = 0; round < 2; ++round) {
    const auto again = write(old);
    ASSERT_TRUE(again);
    EXPECT_EQ(again->too_old, 3U);
    EXPECT_EQ(again->fresh, 0U);
    open();  // the floor outlives the process
  }
  EXPECT_EQ(one("SELECT sum(requests) FROM usage_day"), "3");
}

TEST_F(RetentionTest, HasNoFloorBeforeItRemoves) {
  maintain();
  EXPECT_EQ(write({event_of(1'000, 1)})->fresh, 1U);
  EXPECT_EQ(one("SELECT count(*) FROM meta"), "0");
}

TEST_F(RetentionTest, GoesInBoundedSteps) {
  std::vector<TestEvent> many;
  constexpr unsigned count = 12'000;
  for (unsigned i = 0; i < count; ++i) {
    TestEvent one = event_of(30, i);
    one.time += i / 3;
    one.id = id_at(one.time, i);
    many.push_back(one);
  }
  ASSERT_TRUE(write(many));
  int steps = 0;
  std::int64_t left = count;
  while (sink_->maintain()) {
    ++steps;
    const std::int64_t now_left = std::stoll(one("SELECT count(*) FROM event"));
    EXPECT_LE(left - now_left, Retention::events_a_step);
    left = now_left;
  }
  EXPECT_EQ(left, 0);
  EXPECT_GE(steps, 3);
}

TEST_F(RetentionTest, TakesAMillisecondWithMoreThanAStepInOne) {
  std::vector<TestEvent> many;
  for (unsigned i = 0; i < Retention::events_a_step + 10; ++i) many.push_back(event_of(30, i));
  ASSERT_TRUE(write(many));
  maintain();
  EXPECT_EQ(one("SELECT count(*) FROM event"), "0");
}

TEST_F(RetentionTest, KeepsEverythingForEver) {
  config_.event_retention = config_.usage_retention = hours(0);
  open();
  ASSERT_TRUE(write({event_of(100'000, 1)}));
  EXPECT_FALSE(sink_->maintain());
  EXPECT_EQ(one("SELECT count(*) FROM event"), "1");
}

}  // namespace
}  // namespace llmgw::collector
