// SPDX-License-Identifier: MIT
// The spool when all is well: order, bounds, what survives, and what is removed.
#include "tests/unit/proxy/outbox/spool_fixture.hpp"

namespace llmgw::proxy {
namespace {

TEST_F(SpoolTest, GivesBackWhatItWasGivenInOrder) {
  const auto spool = open();
  for (int i = 0; i < 1000; ++i) ASSERT_TRUE(spool->append(line(i), 1));
  EXPECT_EQ(drain(*spool), range(0, 1000));
  EXPECT_EQ(drain(*spool), range(0, 0));
  ASSERT_TRUE(spool->append(line(1) + line(2), 2));
  EXPECT_EQ(drain(*spool), range(1, 3));
}

TEST_F(SpoolTest, KeepsToTheBoundsOfABatch) {
  const auto spool = open();
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(spool->append(line(i), 1));
  Batch batch;
  spool->read(batch, {.bytes = 10 * line(10).size(), .events = 7});
  EXPECT_EQ(batch.events(), 7u);
  spool->acknowledge();
  batch.clear();
  spool->read(batch, {.bytes = 3 * line(10).size(), .events = 1000});
  EXPECT_EQ(batch.events(), 3u);
  spool->acknowledge();
  batch.clear();
  spool->read(batch, {.bytes = 1, .events = 1});  // one at least, however large
  EXPECT_EQ(batch.events(), 1u);
  spool->acknowledge();
  EXPECT_EQ(drain(*spool), range(11, 100));
}

TEST_F(SpoolTest, SurvivesAnEndAndACrash) {
  {
    const auto spool = open();
    for (int i = 0; i < 50; ++i) ASSERT_TRUE(spool->append(line(i), 1));
    Batch batch;
    spool->read(batch, {.bytes = 1 << 20, .events = 20});
    spool->acknowledge();
    batch.clear();
    spool->read(batch, {.bytes = 1 << 20, .events = 5});  // under way, and not acknowledged
    const auto again = open_at(crash());
    EXPECT_EQ(look_into_all(*again), 30u);
    EXPECT_EQ(drain(*again), range(20, 50));
  }
  const auto spool = open();
  EXPECT_EQ(look_into_all(*spool), 30u);
  EXPECT_EQ(drain(*spool), range(20, 50));
}

TEST_F(SpoolTest, DeliversAnEarlierRunBeforeThisOne) {
  {
    const auto spool = open();
    for (int i = 0; i < 30; ++i) ASSERT_TRUE(spool->append(line(i), 1));
  }
  const auto spool = open();
  for (int i = 30; i < 60; ++i) ASSERT_TRUE(spool->append(line(i), 1));
  EXPECT_EQ(drain(*spool), range(0, 60));  // though nobody has looked into the old file before
  EXPECT_EQ(spool->take_found(), 30u);
}

TEST_F(SpoolTest, LeavesNothingButTheLockWhenAllIsDelivered) {
  {
    const auto spool = open();
    for (int i = 0; i < 3000; ++i) ASSERT_TRUE(spool->append(line(i), 1));
    drain(*spool);
  }
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), {}), 1);
  EXPECT_TRUE(fs::exists(folder_ / "lock"));
}

TEST_F(SpoolTest, RefusesBeyondItsBoundAndTakesAgainOnceDelivered) {
  constexpr std::uint64_t most = 1 << 20;
  const auto spool = open(most);
  const std::string lines = noise(4000);
  int kept = 0;
  while (kept < 10'000 && spool->append(lines + '\n', 1)) ++kept;
  EXPECT_GT(kept, 150);
  EXPECT_LT(kept, 260);
  std::uintmax_t on_disk = 0;
  for (const auto& each : fs::directory_iterator(folder_)) on_disk += each.file_size();
  EXPECT_LE(on_disk, most);
  EXPECT_EQ(spool->bytes(), on_disk);
  EXPECT_FALSE(spool->append(lines + '\n', 1));
  EXPECT_FALSE(spool->is_failing());

  Batch batch;
  spool->read(batch, {.bytes = most / 4, .events = 1000});
  spool->acknowledge();
  EXPECT_TRUE(spool->append(lines + '\n', 1));
}

TEST_F(SpoolTest, StaysSmallHoweverMuchPassesThrough) {
  constexpr std::uint64_t most = 4 << 20;
  const auto spool = open(most);
  const std::string lines = noise(50'000);
  std::uint64_t largest = 0;
  for (int i = 0; i < 2000; ++i) {  // 100 MB
    ASSERT_TRUE(spool->append(lines + '\n', 1));
    Batch batch;
    spool->read(batch, {});
    ASSERT_EQ(batch.events(), 1u);
    spool->acknowledge();
    largest = std::max(largest, spool->bytes());
  }
  EXPECT_LT(largest, most / 4);
}

TEST_F(SpoolTest, ManyFilesAreReadInOrderAfterARestart) {
  int written = 0;
  {
    const auto spool = open(8 << 20);
    const std::string padding = noise(5000);
    while (spool->append(std::to_string(written) + padding + '\n', 1)) ++written;
    EXPECT_GT(files(folder_, "events-", ".db").size(), 10u);
  }
  const auto spool = open(8 << 20);
  EXPECT_EQ(look_into_all(*spool), static_cast<std::uint64_t>(written));
  EXPECT_EQ(drain(*spool), range(0, written));
}

TEST_F(SpoolTest, TwoOfOneFolderAreRefused) {
  const auto first = open();
  const auto second = Spool::open(folder_.string(), 1 << 30);
  ASSERT_TRUE(second.has_error());
  EXPECT_NE(second.error().text.find("in use by another proxy"), std::string::npos);
}

TEST_F(SpoolTest, FolderThatCannotBeIsSaid) {
  std::ofstream(root_ / "file") << "x";
  const auto spool = Spool::open((root_ / "file" / "spool").string(), 1 << 30);
  ASSERT_TRUE(spool.has_error());
  EXPECT_EQ(spool.error().text, "cannot be made: Not a directory");
}

// Random operations against a plain list, with a crash now and then.
TEST_F(SpoolTest, BehavesAsAListWhateverHappens) {
  std::minstd_rand random(20261124);
  const auto below = [&](std::uint32_t n) { return random() % n; };
  auto spool = open();
  std::deque<int> model;  // not acknowledged
  std::size_t in_flight = 0;
  int next = 0;
  for (int step = 0; step < 20'000; ++step) {
    switch (below(step % 2000 < 1000 ? 3 : 4)) {
      case 0:
      case 1: {
        std::string lines;
        std::size_t count = 1 + below(5);
        for (std::size_t i = 0; i < count; ++i) {
          model.push_back(next);
          lines += std::to_string(next++) + std::string(below(400), 'x') + '\n';
        }
        ASSERT_TRUE(spool->append(lines, count));
        break;
      }
      default: {
        if (in_flight == 0) {
          Batch batch;
          spool->read(batch, {.bytes = 100 + below(5000), .events = 1 + below(30)});
          std::vector<int> numbers;
          append_numbers(batch.lines(), numbers);
          ASSERT_TRUE(std::equal(numbers.begin(), numbers.end(), model.begin())) << step;
          ASSERT_EQ(numbers.empty(), model.empty()) << step;
          in_flight = numbers.size();
        } else {
          spool->acknowledge();
          model.erase(model.begin(), model.begin() + static_cast<long>(in_flight));
          in_flight = 0;
        }
      }
    }
    if (below(400) != 0) continue;
    const fs::path left = crash();
    spool.reset();
    fs::remove_all(folder_);
    fs::rename(left, folder_);
    spool = open();
    in_flight = 0;
    if (below(2) == 0) {
      ASSERT_EQ(look_into_all(*spool), model.size()) << step;
    }
  }
  if (in_flight > 0) spool->acknowledge();
  model.erase(model.begin(), model.begin() + static_cast<long>(in_flight));
  EXPECT_EQ(drain(*spool), std::vector<int>(model.begin(), model.end()));
}

}  // namespace
}  // namespace llmgw::proxy
