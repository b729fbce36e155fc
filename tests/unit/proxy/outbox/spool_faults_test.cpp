// SPDX-License-Identifier: MIT
// The spool when the disk is full, fails or lies.
#include <sqlite3.h>
#include <sys/stat.h>

#include "tests/unit/proxy/outbox/spool_fixture.hpp"

namespace llmgw::proxy {
namespace {

TEST_F(SpoolTest, FullDiskRefusesAndLosesNothingThatWasKept) {
  const auto spool = open();
  int kept = 0;
  {
    const FileSizeLimit limit(20'000);
    while (kept < 1000 && spool->append(line(kept), 1)) ++kept;
    EXPECT_TRUE(spool->is_failing());
    EXPECT_FALSE(spool->append(line(-1), 1));
  }
  ASSERT_GT(kept, 5);
  ASSERT_LT(kept, 1000);
  const auto after_crash = open_at(crash());
  EXPECT_EQ(drain(*after_crash), range(0, kept));
  EXPECT_EQ(after_crash->set_aside(), 0u);
  EXPECT_EQ(drain(*spool), range(0, kept));
  EXPECT_EQ(spool->take_lost(), 0u);
}

TEST_F(SpoolTest, DiskThatFailedIsTriedAgain) {
  const auto spool = open();
  {
    const FileSizeLimit limit(0);
    EXPECT_FALSE(spool->append(line(0), 1));
    EXPECT_TRUE(spool->is_failing());
  }
  EXPECT_FALSE(spool->append(line(0), 1));  // not at once: a disk that fails may be slow, too
  const auto begin = std::chrono::steady_clock::now();
  while (!spool->append(line(7), 1)) {
    ASSERT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(20));
  }
  EXPECT_FALSE(spool->is_failing());
  EXPECT_EQ(drain(*spool), range(7, 8));
  EXPECT_EQ(files(folder_, "events-", ".db").size(), 1u);
}

// In a folder that others can write to, somebody puts a link where the next file will be.
TEST_F(SpoolTest, WritesThroughNoLinkThatWasPlanted) {
  const fs::path other = root_ / "other";
  const auto spool = open(4 << 20);
  fs::create_symlink(other, folder_ / "events-0000000002.db");
  while (spool->append('1' + noise(5000) + '\n', 1)) {
    ASSERT_LT(files(folder_, "events-", ".db-wal").size(), 2u);
  }
  EXPECT_TRUE(spool->is_failing());
  EXPECT_FALSE(fs::exists(other));
}

TEST_F(SpoolTest, LockIsNoLinkElsewhere) {
  const fs::path other = root_ / "other";
  fs::create_directory(folder_);
  fs::create_symlink(other, folder_ / "lock");
  EXPECT_TRUE(Spool::open(folder_.string(), 1 << 30).has_error());
  EXPECT_FALSE(fs::exists(other));
}

TEST_F(SpoolTest, FolderMayBeALink) {
  fs::create_directory(root_ / "real");
  fs::create_directory_symlink(root_ / "real", folder_);
  const auto spool = open();
  ASSERT_TRUE(spool->append(line(7), 1));
  EXPECT_EQ(drain(*spool), range(7, 8));
}

TEST_F(SpoolTest, PipeThatWasPlantedHoldsNothingUp) {
  fs::create_directory(folder_);
  ASSERT_EQ(::mkfifo((folder_ / "events-0000000001.db-wal").c_str(), 0600), 0);
  std::ofstream(folder_ / "events-0000000001.db") << "x";
  const auto spool = open();
  ASSERT_TRUE(spool->append(line(7), 1));
  EXPECT_EQ(drain(*spool), range(7, 8));
}

TEST_F(SpoolTest, FolderThatVanishesIsNoCrash) {
  const auto spool = open();
  ASSERT_TRUE(spool->append(line(0), 1));
  fs::remove_all(folder_);
  EXPECT_EQ(drain(*spool), range(0, 1));  // it is still open
  for (int i = 0; i < 40'000 && !spool->is_failing(); ++i) {
    spool->append('1' + noise(5000) + '\n', 1);
    drain(*spool);
  }
  EXPECT_TRUE(spool->is_failing());
}

TEST_F(SpoolTest, LogCutAtAnyByteGivesWholeBatchesOnly) {
  const auto spool = open();
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(spool->append(line(2 * i) + line(2 * i + 1), 2));
  const fs::path log = files(folder_, "events-", ".db-wal").at(0);
  const auto size = fs::file_size(log);
  std::size_t most = 0;
  for (std::uintmax_t cut = 0; cut <= size; cut += 997) {
    const fs::path left = crash();
    fs::resize_file(left / log.filename(), cut);
    {
      const auto again = open_at(left);
      look_into_all(*again);
      const auto numbers = drain(*again);
      EXPECT_EQ(numbers.size() % 2, 0u);
      EXPECT_GE(numbers.size(), most) << cut;
      EXPECT_EQ(numbers, range(0, static_cast<int>(numbers.size()))) << cut;
      EXPECT_EQ(again->set_aside(), 0u) << cut;  // this is what a crash may leave
      most = numbers.size();
      ASSERT_TRUE(again->append(line(99), 1));
      EXPECT_EQ(drain(*again), range(99, 100));
    }
    fs::remove_all(left);
  }
  EXPECT_GE(most, 6u);
}

TEST_F(SpoolTest, LogDamagedInItsMiddleIsSaidAndSetAside) {
  {
    const auto spool = open();
    for (int i = 0; i < 40; ++i) ASSERT_TRUE(spool->append(line(i), 1));
  }
  const fs::path log = files(folder_, "events-", ".db-wal").at(0);
  overwrite(log, fs::file_size(log) / 2, "damage");
  const auto damaged_size = fs::file_size(log);
  const auto spool = open();
  const std::uint64_t found = look_into_all(*spool);
  EXPECT_EQ(spool->set_aside(), 1u);
  EXPECT_GT(found, 5u);
  EXPECT_LT(found, 40u);
  ASSERT_TRUE(spool->append(line(100), 1));  // a fresh one has begun
  auto expected = range(0, static_cast<int>(found));
  expected.push_back(100);
  EXPECT_EQ(drain(*spool), expected);
  const auto aside = files(folder_, "damaged-", ".db-wal");
  ASSERT_EQ(aside.size(), 1u);
  EXPECT_EQ(fs::file_size(aside[0]), damaged_size);  // as it was found
}

TEST_F(SpoolTest, GarbageIsSetAsideAndTheRestDelivered) {
  int written = 0;
  {
    const auto spool = open(8 << 20);
    const std::string padding = noise(5000);
    while (written < 200 && spool->append(std::to_string(written) + padding + '\n', 1)) ++written;
  }
  const auto all = files(folder_, "events-", ".db");
  ASSERT_GE(all.size(), 3u);
  const std::string garbage(fs::file_size(all[1].string() + "-wal"), 'G');
  overwrite(all[1].string() + "-wal", 0, garbage);
  overwrite(all[1], 0, std::string(fs::file_size(all[1]), 'G'));
  const auto spool = open(8 << 20);
  const auto found = look_into_all(*spool);
  const auto numbers = drain(*spool);
  EXPECT_EQ(numbers.size(), found);
  EXPECT_EQ(numbers.front(), 0);
  EXPECT_EQ(numbers.back(), written - 1);
  EXPECT_TRUE(std::is_sorted(numbers.begin(), numbers.end()));
  EXPECT_EQ(spool->set_aside(), 1u);
  EXPECT_EQ(files(folder_, "damaged-", ".db").size(), 1u);
  EXPECT_EQ(spool->take_lost(), 0u);
}

TEST_F(SpoolTest, FileThatSomebodyCheckpointedIsNotTakenForEmpty) {
  {
    const auto spool = open();
    for (int i = 0; i < 10; ++i) ASSERT_TRUE(spool->append(line(i), 1));
  }
  const fs::path database = files(folder_, "events-", ".db").at(0);
  sqlite3* raw = nullptr;  // opened and closed as by its own tool, which checkpoints
  ASSERT_EQ(sqlite3_open(database.c_str(), &raw), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(raw, "SELECT count(*) FROM batch", nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(raw);
  ASSERT_FALSE(fs::exists(database.string() + "-wal"));
  const auto spool = open();
  EXPECT_EQ(look_into_all(*spool), 10u);
  EXPECT_EQ(drain(*spool), range(0, 10));
}

}  // namespace
}  // namespace llmgw::proxy
