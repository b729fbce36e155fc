// SPDX-License-Identifier: MIT
// Group commit and failures, with a sink that is held up on purpose.
#include "collector/pipeline/pipeline.hpp"

#include <gtest/gtest.h>

#include <numeric>
#include <optional>

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

  Task<void> store_in(Pipeline& pipeline, Batch events) {
    ++open_;
    const Result<void> outcome = co_await pipeline.store(std::move(events));
    EXPECT_TRUE(outcome);
    if (--open_ == 0) loop_.stop();
  }

  Task<void> store_late_in(Pipeline& pipeline, Batch events) {
    const Result<void> outcome = co_await pipeline.store(std::move(events));
    EXPECT_EQ(outcome.error(), errc::timed_out);
    is_ready_ = co_await pipeline.is_ready();
    loop_.stop();
  }

  Loop loop_{std::chrono::milliseconds(10)};
  FakeSink sink_;
  Pipeline pipeline_{loop_, sink_};
  bool is_ready_ = false;

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

TEST_F(PipelineTest, WaitsForMoreWhereAWriteIsDear) {
  Pipeline patient(loop_, sink_, std::nullopt, std::chrono::milliseconds(20));
  spawn(store_in(patient, batch({"a"})));
  loop_.post([&] { spawn(store_in(patient, batch({"b"}))); });
  run();
  EXPECT_EQ(sink_.writes(), Writes{"a\nb\n"});
}

// There is no write then whose end would have to be waited for.
TEST_F(PipelineTest, IsAskedAnewWhereTimeIsOverBeforeAWrite) {
  Pipeline hasty(loop_, sink_, std::chrono::milliseconds(20), std::chrono::hours(1));
  spawn(store_late_in(hasty, batch({"a"})));
  run();
  EXPECT_TRUE(is_ready_);
  EXPECT_EQ(hasty.counts().failed_writes, 1U);
  EXPECT_EQ(sink_.writes(), Writes{});
}

TEST_F(PipelineTest, WritesTogetherWhatArrivesDuringAWrite) {
  sink_.hold();
  for (const auto* id : {"a", "b", "c", "d"}) store(batch({id}));
  sink_.release();
  run();
  for (std::size_t i = 0; i < 4; ++i) EXPECT_TRUE(is_stored(i)) << i;
  EXPECT_EQ(sink_.writes(), (Writes{"a\n", "b\nc\nd\n"}));
}

TEST_F(PipelineTest, CountsWhatTheSinkHadAlready) {
  sink_.hold();
  store(batch({"a", "b", "a"}));
  store(batch({"c", "a", "-", "-"}));
  store(batch({"a", "c"}));
  sink_.release();
  run();
  for (std::size_t i = 0; i < 3; ++i) EXPECT_TRUE(is_stored(i)) << i;
  EXPECT_EQ(sink_.writes(), (Writes{"a\nb\n", "c\n-\n-\n"}));
  EXPECT_EQ(pipeline_.counts().accepted, 5U);
  EXPECT_EQ(pipeline_.counts().duplicates, 4U);
  EXPECT_EQ(pipeline_.counts().bytes, 10U);
}

std::uint64_t timed_writes(const Pipeline& pipeline) {
  const auto& counts = pipeline.counts().write_seconds.counts;
  return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

TEST_F(PipelineTest, AnswersAllOfAGroupThatFails) {
  sink_.fail(true);
  sink_.hold();
  for (const auto* id : {"a", "b", "c"}) store(batch({id}));
  sink_.release();
  run();
  for (std::size_t i = 0; i < 3; ++i) EXPECT_FALSE(is_stored(i)) << i;
  EXPECT_FALSE(pipeline_.is_healthy());
  EXPECT_EQ(pipeline_.counts().failed_writes, 2U);
  EXPECT_EQ(pipeline_.counts().accepted, 0U);
}

// A braced list inside co_await trips g++ 12.
auto one_event() { return batch({"a"}); }
auto another_event() { return batch({"b"}); }

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

// What the pipeline takes the store for after an event, its repetition during a failure, and an
// event after that; each with how many writes it has timed by then.
Task<void> store_around_a_failure(Loop& loop, Pipeline& pipeline, FakeSink& sink,
                                  std::vector<std::pair<bool, std::uint64_t>>& said) {
  const auto note = [&] { said.emplace_back(pipeline.is_healthy(), timed_writes(pipeline)); };
  co_await pipeline.store(one_event());
  note();
  sink.fail(true);
  co_await pipeline.store(another_event());
  sink.fail(false);
  const Result<void> again = co_await pipeline.store(one_event());
  EXPECT_TRUE(again);
  note();
  co_await pipeline.store(another_event());
  note();
  loop.stop();
}

// Duplicates alone tell nothing of the disk: no time of a write, and no recovery.
TEST_F(PipelineTest, LearnsNothingFromDuplicates) {
  std::vector<std::pair<bool, std::uint64_t>> said;
  spawn(store_around_a_failure(loop_, pipeline_, sink_, said));
  run();
  EXPECT_EQ(said, (std::vector<std::pair<bool, std::uint64_t>>{{true, 1}, {false, 1}, {true, 2}}));
}

TEST_F(PipelineTest, RunsAJobBetweenTwoWrites) {
  sink_.hold();
  store(batch({"a"}));
  pipeline_.between_writes([this] { sink_.note("job"); });
  store(batch({"b"}));
  sink_.release();
  run();
  EXPECT_EQ(sink_.writes(), (Writes{"a\n", "job", "b\n"}));
}

TEST_F(PipelineTest, StoresAnEmptyBatch) {
  store(batch({}));
  EXPECT_TRUE(is_stored(0));
  EXPECT_EQ(sink_.attempts(), 0);
}

// A write that is held up until all who wait were answered.
class LatePipelineTest : public testing::Test {
 protected:
  Task<void> store_late() {
    sink_.hold();
    const Result<void> first = co_await pipeline_.store(one_event());
    note(first);
    said_.push_back(co_await pipeline_.is_ready() ? "ready" : "not ready");
    const Result<void> second = co_await pipeline_.store(another_event());
    note(second);
    sink_.release();
    co_await pipeline_.wait_until_idle();
    const Result<void> again = co_await pipeline_.store(one_event());
    note(again);
    const Result<void> third = co_await pipeline_.store(another_event());
    note(third);
    said_.push_back(pipeline_.is_healthy() ? "healthy" : "not healthy");
    loop_.stop();
  }

  void note(const Result<void>& outcome) {
    said_.push_back(outcome ? "stored" : outcome.error().message());
  }

  Loop loop_{std::chrono::milliseconds(10)};
  FakeSink sink_;
  Pipeline pipeline_{loop_, sink_, std::chrono::milliseconds(20)};
  std::vector<std::string> said_;
};

TEST_F(LatePipelineTest, AnswersBeforeAWriteThatTakesTooLong) {
  spawn(store_late());
  loop_.run();
  const std::string late = make_error_code(errc::timed_out).message();
  EXPECT_EQ(said_,
            (std::vector<std::string>{late, "not ready", late, "stored", "stored", "healthy"}));
  // The first write has ended well; what had no turn was given up, and came again.
  EXPECT_EQ(sink_.writes(), (Writes{"a\n", "b\n"}));
  EXPECT_EQ(pipeline_.counts().failed_writes, 1U);
  EXPECT_EQ(pipeline_.counts().duplicates, 1U);
}

TEST_F(PipelineTest, IsIdleWhereNothingIsWritten) {
  bool is_idle = false;
  spawn([](Pipeline& pipeline, bool& done) -> Task<void> {
    co_await pipeline.wait_until_idle();
    done = true;
  }(pipeline_, is_idle));
  EXPECT_TRUE(is_idle);
}

// Notes when it was asked for, and what it was given back.
class FakeAudience final : public Audience {
 public:
  struct Tap final : EventTap {
    void show(const EventRow&, std::string_view) override {}
  };
  std::shared_ptr<EventTap> begin_write() override {
    ++begun;
    return looks ? std::make_shared<Tap>() : nullptr;
  }
  void end_write(EventTap&) override { ++ended; }

  bool looks = true;
  int begun = 0;
  int ended = 0;
};

TEST_F(PipelineTest, ShowsItsAudienceWhatWasStoredAlone) {
  FakeAudience audience;
  pipeline_.set_audience(&audience);
  sink_.fail(true);
  store(batch({"a"}));
  run();
  EXPECT_EQ(audience.begun, 1);
  EXPECT_EQ(audience.ended, 0);
}

TEST_F(PipelineTest, HasAnAudienceThatLooks) {
  FakeAudience audience;
  pipeline_.set_audience(&audience);
  store(batch({"a"}));
  run();
  EXPECT_EQ(audience.ended, 1);
}

TEST_F(PipelineTest, HasAnAudienceThatDoesNotLook) {
  FakeAudience audience;
  audience.looks = false;
  pipeline_.set_audience(&audience);
  store(batch({"a"}));
  run();
  EXPECT_EQ(audience.begun, 1);
  EXPECT_EQ(audience.ended, 0);
}

}  // namespace
}  // namespace llmgw::collector
