// SPDX-License-Identifier: MIT
// Group commit, duplicates and failures, with a sink that is held up on purpose.
#include "collector/pipeline/pipeline.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <thread>

#include "tests/unit/collector/fake_sink.hpp"

namespace llmgw::collector {
namespace {

using Writes = std::vector<std::string>;

Batch batch(std::initializer_list<std::string_view> ids) {
  Batch made;
  for (const std::string_view id : ids) {
    made.text.append(id).append("\n");
    made.lines.push_back({made.text.size(), {}});
    if (!id.starts_with('-')) made.lines.back().key = event_key(id);  // "-": an event without id
  }
  return made;
}

class PipelineTest : public testing::Test {
 protected:
  // Starts one store() after the other; the results are there once run() has returned.
  void store(Batch events) {
    const std::size_t index = outcomes_.size();
    outcomes_.emplace_back();
    ++open_;
    spawn(store_into(index, std::move(events)));
  }

  void run() { loop_.run(); }

  bool is_stored(std::size_t index) const { return outcomes_[index] == true; }

  Loop loop_{std::chrono::milliseconds(10)};
  FakeSink sink_;
  Pipeline pipeline_{loop_, sink_, 4};

 private:
  Task<void> store_into(std::size_t index, Batch events) {
    const Result<void> outcome = co_await pipeline_.store(std::move(events));
    outcomes_[index] = outcome.has_value();
    order_.push_back(index);
    if (--open_ == 0) loop_.stop();
  }

  std::vector<std::optional<bool>> outcomes_;
  std::vector<std::size_t> order_;
  std::size_t open_ = 0;
};

TEST_F(PipelineTest, StoresABatch) {
  store(batch({"a", "b"}));
  run();
  EXPECT_TRUE(is_stored(0));
  EXPECT_EQ(sink_.writes(), Writes{"a\nb\n"});
  EXPECT_EQ(pipeline_.counts().accepted, 2U);
  EXPECT_EQ(pipeline_.counts().bytes, 4U);
}

TEST_F(PipelineTest, WritesTogetherWhatArrivesDuringAWrite) {
  sink_.hold();
  for (const auto* id : {"a", "b", "c", "d"}) store(batch({id}));
  sink_.release();
  run();
  for (std::size_t i = 0; i < 4; ++i) EXPECT_TRUE(is_stored(i)) << i;
  EXPECT_EQ(sink_.writes(), (Writes{"a\n", "b\nc\nd\n"}));
}

TEST_F(PipelineTest, StoresARepeatedIdOnce) {
  sink_.hold();
  store(batch({"a", "b", "a"}));            // within a batch,
  store(batch({"c", "a", "d", "-", "-"}));  // of an earlier write,
  store(batch({"d", "e"}));                 // within a group,
  store(batch({"a", "c"}));                 // and nothing else
  sink_.release();
  run();
  for (std::size_t i = 0; i < 4; ++i) EXPECT_TRUE(is_stored(i)) << i;
  EXPECT_EQ(sink_.writes(), (Writes{"a\nb\n", "c\nd\n-\n-\ne\n"}));
  EXPECT_EQ(pipeline_.counts().accepted, 7U);
  EXPECT_EQ(pipeline_.counts().duplicates, 5U);
}

TEST_F(PipelineTest, AnswersDuplicatesWithoutAWrite) {
  store(batch({"a"}));
  store(batch({"a"}));
  run();
  EXPECT_TRUE(is_stored(1));
  EXPECT_EQ(sink_.attempts(), 1);
}

TEST_F(PipelineTest, ForgetsNoIdThatWasNotStored) {
  sink_.fail(true);
  sink_.hold();
  store(batch({"a"}));
  store(batch({"a"}));
  sink_.release();
  run();
  EXPECT_FALSE(is_stored(0));
  EXPECT_FALSE(is_stored(1));
  EXPECT_EQ(pipeline_.recent_ids(), 0U);
  EXPECT_FALSE(pipeline_.is_healthy());
  EXPECT_EQ(pipeline_.counts().failed_writes, 2U);
  EXPECT_EQ(pipeline_.counts().accepted, 0U);
}

// A braced list inside co_await trips g++ 12.
auto one_event() { return batch({"a"}); }

Task<void> store_again(Loop& loop, Pipeline& pipeline, FakeSink& sink, std::vector<bool>& said) {
  sink.fail(true);
  const Result<void> first = co_await pipeline.store(one_event());
  said.push_back(first.has_value());
  said.push_back(co_await pipeline.is_ready());
  sink.fail(false);
  said.push_back(co_await pipeline.is_ready());
  const Result<void> second = co_await pipeline.store(one_event());
  said.push_back(second.has_value());
  said.push_back(pipeline.is_healthy());
  loop.stop();
}

TEST_F(PipelineTest, RecoversFromAFailure) {
  std::vector<bool> said;
  spawn(store_again(loop_, pipeline_, sink_, said));
  run();
  EXPECT_EQ(said, (std::vector<bool>{false, false, true, true, true}));
  EXPECT_EQ(sink_.writes(), Writes{"a\n"});
}

TEST_F(PipelineTest, ReopensBetweenTwoWrites) {
  sink_.hold();
  store(batch({"a"}));
  pipeline_.reopen();
  store(batch({"b"}));
  sink_.release();
  run();
  EXPECT_EQ(sink_.writes(), (Writes{"a\n", "reopened", "b\n"}));
}

TEST_F(PipelineTest, KnowsWhatTheSinkRecalls) {
  sink_.recalled = {event_key("a"), event_key("b")};
  pipeline_.recall();
  store(batch({"a", "c"}));
  run();
  EXPECT_EQ(sink_.writes(), Writes{"c\n"});
  EXPECT_TRUE(sink_.kept().empty());
}

// An id may be kept for a restart only once its event is known to be stored.
TEST_F(PipelineTest, GivesTheSinkTheIdsThatAreStored) {
  sink_.want_keys();
  pipeline_.recall();
  while (sink_.kept().empty()) std::this_thread::yield();
  sink_.hold();
  store(batch({"a"}));
  sink_.want_keys();
  pipeline_.reopen();
  store(batch({"b"}));
  sink_.release();
  run();
  const auto kept = sink_.kept();
  ASSERT_EQ(kept.size(), 2U);
  EXPECT_TRUE(kept[0].empty());
  EXPECT_EQ(kept[1], std::vector{event_key("a")});
}

TEST_F(PipelineTest, KeepsNoIdOfAFailedWrite) {
  sink_.fail(true);
  sink_.want_keys();
  store(batch({"a"}));
  store(batch({"b"}));
  run();
  for (const auto& keys : sink_.kept()) EXPECT_TRUE(keys.empty());
}

TEST_F(PipelineTest, StoresAnEmptyBatch) {
  store(batch({}));
  run();
  EXPECT_TRUE(is_stored(0));
  EXPECT_EQ(sink_.attempts(), 0);
}

}  // namespace
}  // namespace llmgw::collector
