// SPDX-License-Identifier: MIT
// The courier against a collector on loopback: the books at any moment, and each kind of answer.
#include "proxy/outbox/courier.hpp"

#include <future>

#include "tests/unit/proxy/outbox/courier_fixture.hpp"
#include "tests/unit/proxy/outbox/spool_fixture.hpp"

namespace llmgw::proxy {
namespace {

using namespace std::chrono_literals;

class CourierTest : public SpoolTest {
 protected:
  void start(std::optional<HttpUrl> url, std::size_t queue = 100'000,
             std::chrono::milliseconds drain = 10s, bool is_ephemeral = false) {
    courier_ = std::make_unique<Courier>(DeliverySettings{std::move(url), 2s, drain, is_ephemeral});
    outbox_ = std::make_unique<Outbox>(queue, *courier_);
    courier_->serve(*outbox_);
  }
  void start_with_spool(std::optional<HttpUrl> url, std::chrono::milliseconds drain = 10s,
                        std::uint64_t most = 1 << 30, bool is_ephemeral = false) {
    start(std::move(url), 100'000, drain, is_ephemeral);
    courier_->use(open(most));
    courier_->start();
  }
  void push(int from, int to) {
    for (int i = from; i < to; ++i) outbox_->push(event_line(i));
  }
  static std::string expected(int from, int to) {
    std::string lines;
    for (int i = from; i < to; ++i) lines += event_line(i);
    return lines;
  }
  // Reads the books again and again while events are made; how often they did not add up.
  void scrape_under_load(int events, std::uint64_t& wrong, std::uint64_t& scrapes) {
    std::atomic<bool> done{false};
    std::thread worker([&] {
      push(0, events);
      done = true;
    });
    while (!done || scrapes < 20'000) {
      const DeliveryCounts counts = courier_->counts();
      wrong += counts.produced != sum(counts) ? 1 : 0;
      // None may be below zero, which would show as a number beyond all events.
      for (const std::uint64_t term : {counts.queued, counts.in_flight, counts.spooled})
        wrong += term > counts.produced ? 1 : 0;
      ++scrapes;
    }
    worker.join();
  }

  std::unique_ptr<Outbox> outbox_;
  std::unique_ptr<Courier> courier_;
};

TEST_F(CourierTest, SendsTheTokenThatIsValidNow) {
  FakeCollector collector;
  start(collector.url());
  courier_->authorize(Secret("Bearer first"));
  courier_->start();
  push(0, 1);
  EXPECT_TRUE(becomes_true([&] { return collector.events() == 1; }));
  EXPECT_EQ(collector.authorization(), "Bearer first");
  courier_->authorize(Secret("Bearer second"));
  push(1, 2);
  EXPECT_TRUE(becomes_true([&] { return collector.events() == 2; }));
  EXPECT_EQ(collector.authorization(), "Bearer second");
  courier_->authorize({});
  push(2, 3);
  EXPECT_TRUE(becomes_true([&] { return collector.events() == 3; }));
  EXPECT_EQ(collector.authorization(), "");
  courier_->stop();
}

TEST_F(CourierTest, BooksAddUpAtAnyMoment) {
  int posts = 0;
  FakeCollector collector(
      [&posts](const std::string&) { return Answer{++posts % 5 == 1 ? 400 : 202}; });
  start(collector.url(), 2'000);
  courier_->start();
  std::uint64_t wrong = 0;
  std::uint64_t scrapes = 0;
  scrape_under_load(300'000, wrong, scrapes);
  EXPECT_EQ(wrong, 0u) << "of " << scrapes;
  ASSERT_TRUE(becomes_true([&] { return courier_->counts().queued == 0; }));
  push(0, 1);  // a batch of its own, whatever became of the others
  courier_->stop();
  const DeliveryCounts end = courier_->counts();
  EXPECT_EQ(end.produced, 300'001u);
  EXPECT_EQ(end.produced, sum(end));
  EXPECT_EQ(end.queued + end.in_flight + end.spooled + end.shutdown, 0u);
  EXPECT_EQ(end.delivered, collector.events());
  EXPECT_GT(end.delivered, 0u);
  EXPECT_GT(end.rejected, 0u);
}

TEST_F(CourierTest, EventsThatAreBeingCountedAreInTheBooks) {
  FakeCollector collector;
  start(collector.url());
  Outbox estimates(100, *courier_);
  Counter handed_over;
  courier_->serve_estimates(estimates, {&handed_over});
  courier_->start();
  handed_over.add(3);
  EXPECT_EQ(courier_->counts().estimating, 3u);
  EXPECT_EQ(courier_->counts().produced, 3u);
  push(0, 2);
  estimates.push(event_line(2));
  EXPECT_EQ(courier_->counts().estimating, 2u);
  EXPECT_EQ(courier_->counts().produced, sum(courier_->counts()));
  estimates.push(event_line(3));
  estimates.push(event_line(4));
  ASSERT_TRUE(becomes_true([&] { return courier_->counts().delivered == 5; }));
  courier_->stop();
  EXPECT_EQ(courier_->counts().estimating, 0u);
  EXPECT_EQ(courier_->counts().produced, 5u);
  EXPECT_EQ(collector.events(), 5u);
}

TEST_F(CourierTest, BooksAddUpAtAnyMomentWithASpool) {
  FakeCollector collector;
  start_with_spool(collector.url(), 10s, 2 << 20);
  std::uint64_t wrong = 0;
  std::uint64_t scrapes = 0;
  scrape_under_load(300'000, wrong, scrapes);
  EXPECT_EQ(wrong, 0u) << "of " << scrapes;
  ASSERT_TRUE(becomes_true([&] {
    const DeliveryCounts now = courier_->counts();
    return now.delivered + now.dropped() == 300'000;
  }));
  courier_->stop();
  EXPECT_EQ(courier_->counts().delivered, collector.events());
}

TEST_F(CourierTest, KeepsTheOrder) {
  FakeCollector collector;
  start(collector.url());
  courier_->start();
  push(0, 20'000);
  courier_->stop();
  EXPECT_EQ(collector.lines(), expected(0, 20'000));
}

TEST_F(CourierTest, KeepsTheOrderThroughTheSpool) {
  FakeCollector collector;
  start_with_spool(collector.url());
  push(0, 20'000);
  courier_->stop();
  EXPECT_EQ(collector.lines(), expected(0, 20'000));
  EXPECT_EQ(courier_->counts().delivered, 20'000u);
}

TEST_F(CourierTest, SplitsWhatIsTooLargeAndLosesOnlyWhatIsTooLargeByItself) {
  FakeCollector collector(
      [](const std::string& lines) { return Answer{lines.size() > 2'000 ? 413 : 202}; });
  start(collector.url());
  push(0, 500);
  outbox_->push(std::string(3'000, 'x') + '\n');
  push(500, 1'000);
  courier_->start();
  ASSERT_TRUE(becomes_true([&] { return courier_->counts().delivered == 1'000; }));
  courier_->stop();
  EXPECT_EQ(collector.lines(), expected(0, 1'000));
  EXPECT_EQ(courier_->counts().rejected, 1u);
  EXPECT_EQ(courier_->counts().retries, 0u);
}

TEST_F(CourierTest, RefusedBatchIsDroppedAlone) {
  FakeCollector collector(
      [](const std::string& lines) { return Answer{lines.find("bad") != lines.npos ? 400 : 202}; });
  start(collector.url());
  courier_->start();
  push(0, 10);
  ASSERT_TRUE(becomes_true([&] { return courier_->counts().delivered == 10; }));
  outbox_->push("bad\n");
  ASSERT_TRUE(becomes_true([&] { return courier_->counts().rejected == 1; }));
  push(10, 20);
  courier_->stop();
  EXPECT_EQ(collector.lines(), expected(0, 20));
}

TEST_F(CourierTest, WaitsAsLongAsTheCollectorAsks) {
  std::vector<std::chrono::steady_clock::time_point> at;
  FakeCollector collector([&at](const std::string&) {
    at.push_back(std::chrono::steady_clock::now());
    return at.size() == 1 ? Answer{429, "1"} : Answer{};
  });
  start(collector.url());
  courier_->start();
  push(0, 1);
  ASSERT_TRUE(becomes_true([&] { return collector.events() == 1; }));
  courier_->stop();
  ASSERT_EQ(at.size(), 2u);
  EXPECT_GE(at[1] - at[0], 1s);
}

TEST_F(CourierTest, DoesNotHammerACollectorThatFails) {
  FakeCollector collector([](const std::string&) { return Answer{503}; });
  start(collector.url(), 100'000, 1s);
  courier_->start();
  push(0, 10);
  const auto start = std::chrono::steady_clock::now();
  ASSERT_TRUE(becomes_true([&] { return collector.posts() >= 3; }));
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_LE(collector.posts(), 1u + static_cast<std::uint64_t>((begin - start) / 100ms));
  courier_->stop();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 3s);
  const DeliveryCounts end = courier_->counts();
  EXPECT_EQ(end.shutdown, 10u);
  EXPECT_EQ(end.produced, sum(end));
}

// A link that takes a tenth of a second for each batch, whatever its form: gzip is tried once.
TEST_F(CourierTest, CompressesToFindOutWhetherItPays) {
  FakeCollector collector([](const std::string&) {
    std::promise<void>().get_future().wait_for(std::chrono::milliseconds(100));
    return Answer{};
  });
  start(collector.url());
  push(0, 20'000);  // several large batches
  courier_->start();
  ASSERT_TRUE(becomes_true([&] { return collector.events() == 20'000; }));
  courier_->stop();
  EXPECT_GE(collector.packed_posts(), 1u);
  EXPECT_EQ(collector.lines(), expected(0, 20'000));
}

TEST_F(CourierTest, LeavesInTheSpoolWhatAShutdownFindsUndelivered) {
  {
    FakeCollector collector([](const std::string&) { return Answer{503}; });
    start_with_spool(collector.url(), 300ms);
    push(0, 1'000);
    ASSERT_TRUE(becomes_true([&] { return collector.posts() >= 1; }));
    push(1'000, 2'000);
    courier_->stop();
    const DeliveryCounts end = courier_->counts();
    EXPECT_EQ(end.spooled, 2'000u);
    EXPECT_EQ(end.produced, sum(end));
    EXPECT_EQ(end.dropped(), 0u);
  }
  courier_.reset();
  FakeCollector collector;
  start_with_spool(collector.url());
  push(2'000, 2'100);
  ASSERT_TRUE(becomes_true([&] { return collector.events() == 2'100; }));
  courier_->stop();
  const DeliveryCounts end = courier_->counts();
  EXPECT_EQ(end.recovered, 2'000u);
  EXPECT_EQ(end.produced, 2'100u);
  EXPECT_EQ(end.delivered, 2'100u);
  EXPECT_EQ(collector.lines(), expected(0, 2'100));
}

TEST_F(CourierTest, CountsAsLostWhatAShutdownLeavesInASpoolThatGoesWithTheContainer) {
  FakeCollector collector([](const std::string&) { return Answer{503}; });
  start_with_spool(collector.url(), 300ms, 1 << 30, true);
  push(0, 1'000);
  ASSERT_TRUE(becomes_true([&] { return collector.posts() >= 1; }));
  push(1'000, 2'000);
  const auto begin = std::chrono::steady_clock::now();
  courier_->stop();
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 300ms);
  const DeliveryCounts end = courier_->counts();
  EXPECT_EQ(end.shutdown, 2'000u);
  EXPECT_EQ(end.spooled + end.queued + end.in_flight, 0u);
  EXPECT_EQ(end.produced, sum(end));
}

TEST_F(CourierTest, ShutdownGoesOnUntilTheCollectorIsBack) {
  for (const bool has_spool : {false, true}) {
    std::atomic<bool> is_back{false};
    FakeCollector collector([&](const std::string&) { return Answer{is_back ? 202 : 503, "30"}; });
    has_spool ? start_with_spool(collector.url(), 60s) : start(collector.url(), 100'000, 60s);
    if (!has_spool) courier_->start();
    push(0, 1'000);
    ASSERT_TRUE(becomes_true([&] { return courier_->counts().retries >= 1; }));
    std::promise<void> ended;
    courier_->drain([&] { ended.set_value(); });
    const std::uint64_t before = courier_->counts().retries;
    ASSERT_TRUE(becomes_true([&] { return courier_->counts().retries >= before + 3; }));
    is_back = true;
    ASSERT_EQ(ended.get_future().wait_for(20s), std::future_status::ready);
    courier_->join();
    EXPECT_EQ(courier_->counts().delivered, 1'000u);
    EXPECT_EQ(collector.lines(), expected(0, 1'000));
    courier_.reset();
  }
}

TEST_F(CourierTest, ShutdownMayBeCutShort) {
  for (const bool is_before : {false, true}) {
    FakeCollector collector([](const std::string&) { return Answer{503}; });
    start(collector.url(), 100'000, 1h);
    courier_->start();
    push(0, 10);
    ASSERT_TRUE(becomes_true([&] { return courier_->counts().retries >= 1; }));
    if (is_before) courier_->end_within(200ms);
    courier_->drain([] {});
    if (!is_before) courier_->end_within(200ms);
    courier_->end_within(1h);  // later than that changes nothing
    courier_->join();
    EXPECT_EQ(courier_->counts().shutdown, 10u);
  }
}

// The courier has just looked, and would look again after its pace.
TEST_F(CourierTest, QueueThatIsHalfFullIsEmptiedAtOnce) {
  for (const bool has_spool : {false, true}) {
    FakeCollector collector;
    start(collector.url(), 50);
    if (has_spool) courier_->use(open(1 << 30));
    courier_->start();
    auto shortest = std::chrono::steady_clock::duration::max();
    for (int i = 0; i < 40; ++i) {
      const auto begin = std::chrono::steady_clock::now();
      push(i * 25, (i + 1) * 25);
      ASSERT_TRUE(becomes_true([&] { return outbox_->queued() == 0; })) << i;
      shortest = std::min(shortest, std::chrono::steady_clock::now() - begin);
    }
    EXPECT_LT(shortest, Courier::pace / 2);
    courier_->stop();
    EXPECT_EQ(courier_->counts().queue_full, 0u);
    EXPECT_EQ(collector.lines(), expected(0, 1'000));
    courier_.reset();
  }
}

TEST_F(CourierTest, FailingDiskIsPassedByWhileTheCollectorTakesEvents) {
  FakeCollector collector;
  start_with_spool(collector.url());
  const FileSizeLimit nothing_is_written(0);
  for (int i = 0; i < 50; ++i) {
    push(i * 100, (i + 1) * 100);
    ASSERT_TRUE(becomes_true([&] {
      return collector.events() == static_cast<unsigned>(i + 1) * 100u;
    })) << i;
  }
  courier_->stop();
  EXPECT_EQ(courier_->counts().delivered, 5'000u);
}

TEST_F(CourierTest, FailingDiskAndNoCollectorIsDropAndCount) {
  FakeCollector collector([](const std::string&) { return Answer{503}; });
  start_with_spool(collector.url(), 100ms);
  const FileSizeLimit nothing_is_written(0);
  push(0, 1);
  ASSERT_TRUE(becomes_true([&] { return courier_->counts().retries >= 1; }));
  push(1, 100);
  ASSERT_TRUE(becomes_true([&] { return courier_->counts().spool_full == 99; }));
  courier_->stop();
  const DeliveryCounts end = courier_->counts();
  EXPECT_EQ(end.shutdown, 1u);
  EXPECT_EQ(end.produced, sum(end));
}

TEST_F(CourierTest, WithoutACollectorEventsAreCounted) {
  start(std::nullopt);
  courier_->start();
  push(0, 10);
  ASSERT_TRUE(becomes_true([&] { return courier_->counts().no_collector == 10; }));
  courier_->stop();
  EXPECT_EQ(courier_->counts().produced, 10u);
}

}  // namespace
}  // namespace llmgw::proxy
