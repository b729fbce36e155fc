// SPDX-License-Identifier: MIT
// Events once, sums that are those of the rows, and what stops a write or an opening.
#include "collector/sinks/sqlite/sqlite_sink.hpp"

#include <sys/stat.h>

#include <random>
#include <set>

#include "collector/store/store_fault.hpp"
#include "tests/support/file_size_limit.hpp"
#include "tests/unit/collector/sinks/sqlite/sqlite_folder.hpp"

namespace llmgw::collector {
namespace {

constexpr std::int64_t now = 1'795'422'600'123;

using SqliteSinkTest = SqliteFolderTest;

TEST_F(SqliteSinkTest, StoresARepeatedIdOnce) {
  open();
  const std::string clock = id_at(now, 1);
  const auto first = write({{.id = clock}, {.id = "a"}, {.id = clock}, {.id = "a"}});
  ASSERT_TRUE(first);
  EXPECT_EQ(first->fresh, 2U);
  EXPECT_EQ(first->duplicates, 2U);
  const auto second = write({{.id = "a"}, {.id = clock}, {.id = "b"}});
  EXPECT_EQ(second->fresh, 1U);
  EXPECT_EQ(second->duplicates, 2U);
  open();  // a restart
  EXPECT_EQ(write({{.id = "b"}, {.id = clock}})->duplicates, 2U);
  EXPECT_EQ(one("SELECT count(*) FROM event"), "3");
  EXPECT_EQ(one("SELECT sum(requests) FROM usage_hour"), "3");
}

TEST_F(SqliteSinkTest, TellsEventsWithoutAnIdByTheirLine) {
  open();
  EXPECT_EQ(write({{.tokens = 1}, {.tokens = 2}, {.tokens = 1}})->fresh, 2U);
  EXPECT_EQ(write({{.tokens = 2}})->duplicates, 1U);
}

TEST_F(SqliteSinkTest, KeepsTheFirstOfTwoWithOneId) {
  open();
  const std::string id = id_at(now, 1);
  ASSERT_TRUE(write({{.id = id, .tokens = 5}}));
  EXPECT_EQ(write({{.id = id, .tokens = 7}})->duplicates, 1U);
  EXPECT_EQ(one("SELECT prompt_tokens FROM event"), "5");
  EXPECT_EQ(one("SELECT prompt_tokens FROM usage_day"), "5");
}

TEST_F(SqliteSinkTest, HasWhatIsToBeAskedInColumns) {
  open();
  ASSERT_TRUE(write({{.id = id_at(now, 1),
                      .tenant = "a\\u0000b",
                      .status = 502,
                      .tokens = 14,
                      .more = R"(,"stream":true,"capture_truncated":true,"ttft_ms":2,"x":[1])"}}));
  EXPECT_EQ(one("SELECT ts, status_code, flags, prompt_tokens, completion_tokens, latency_us, "
                "ttft_us, rest FROM event",
                8),
            "1795422600123 502 6 14 - 812500 2000 \"x\":[1]");
  EXPECT_EQ(one("SELECT length(CAST(text AS BLOB)) FROM word WHERE kind = 1"), "3");
  EXPECT_EQ(one("SELECT hour, requests, prompt_tokens, no_usage, unpriced, latency_us, ttft_us, "
                "ttft_n FROM usage_hour",
                8),
            "498728 1 14 0 1 812500 2000 1");
  EXPECT_EQ(rows("SELECT kind, bucket, n FROM latency_hour ORDER BY kind", 3),
            (std::vector<std::string>{"0 38 1", "1 4 1"}));
}

TEST_F(SqliteSinkTest, MakesAFileThatOthersCannotRead) {
  open();
  struct stat status {};
  ASSERT_EQ(stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777 & 07, 0U);
}

TEST_F(SqliteSinkTest, SumsStayAtTheirLargest) {
  open();
  for (unsigned i = 0; i < 1'030; ++i)
    ASSERT_TRUE(write({{.id = id_at(now, i), .tokens = most_count}}));
  EXPECT_EQ(one("SELECT prompt_tokens FROM usage_day"), "9223372036854775807");
  EXPECT_EQ(one("SELECT requests FROM usage_day"), "1030");
}

TEST_F(SqliteSinkTest, BoundsTheRowsOfSums) {
  config_.store_max_series = 5;
  open();
  for (unsigned i = 0; i < 50; ++i)
    ASSERT_TRUE(write({{.id = id_at(now, i), .tenant = "t" + std::to_string(i)}}));
  EXPECT_LE(std::stoi(one("SELECT count(*) FROM usage_day")), 11);
  EXPECT_EQ(one("SELECT sum(requests) FROM usage_day"), "50");
  EXPECT_EQ(one("SELECT count(DISTINCT tenant) FROM event"), "50");
  open();
  ASSERT_TRUE(write({{.id = id_at(now, 99), .tenant = "new"}}));
  EXPECT_LE(std::stoi(one("SELECT count(*) FROM usage_day")), 11);
}

TEST_F(SqliteSinkTest, RefusesASecondOneAndOtherFiles) {
  open();
  EXPECT_EQ(SqliteSink::open(path_.string(), config_).error(), StoreFault::in_use);
  sink_.reset();
  EXPECT_EQ(SqliteSink::open((folder_ / "no" / "file").string(), config_).error(),
            std::errc::no_such_file_or_directory);
  EXPECT_FALSE(SqliteSink::open(folder_.string(), config_));
  const fs::path text = folder_ / "text";
  std::FILE* const file = std::fopen(text.c_str(), "w");
  std::fputs("this is no database, but long enough to look at it twice and thrice", file);
  std::fclose(file);
  EXPECT_FALSE(SqliteSink::open(text.string(), config_));
  const std::string foreign = (folder_ / "foreign").string();
  auto other = Database::open(foreign, Database::Mode::read_write);
  ASSERT_TRUE(other->execute("CREATE TABLE theirs(a)"));
  EXPECT_EQ(SqliteSink::open(foreign, config_).error(), StoreFault::foreign_file);
}

TEST_F(SqliteSinkTest, RefusesTablesThatItDoesNotKnow) {
  const auto change = [this](std::string_view sql) {
    open();
    sink_.reset();
    auto database = Database::open(path_.string(), Database::Mode::read_write);
    ASSERT_TRUE(database->execute(sql));
  };
  change("INSERT INTO migration VALUES(1000, 'later', 'x', 0)");
  EXPECT_EQ(SqliteSink::open(path_.string(), config_).error(), StoreFault::newer_schema);
  fs::remove(path_);
  change("UPDATE migration SET sha256 = 'x'");
  EXPECT_EQ(SqliteSink::open(path_.string(), config_).error(), StoreFault::migration_changed);
}

TEST_F(SqliteSinkTest, StoresNothingWhereTheDiskIsFullAndGoesOnAfterwards) {
  open();
  ASSERT_TRUE(write({{.id = id_at(now, 0)}}));
  std::vector<TestEvent> many;
  for (unsigned i = 1; i < 3'000; ++i)
    many.push_back({.id = id_at(now, i), .tenant = "t" + std::to_string(i)});
  {
    const FileSizeLimit limit(400'000);
    EXPECT_FALSE(write(many));
    EXPECT_EQ(one("SELECT count(*) FROM event"), "1");
    EXPECT_EQ(one("SELECT sum(requests) FROM usage_hour"), "1");
  }
  EXPECT_TRUE(sink_->check());
  EXPECT_EQ(write(many)->fresh, many.size());
  EXPECT_EQ(one("SELECT count(*) FROM event"), "3000");
  EXPECT_EQ(one("SELECT sum(requests) FROM usage_hour"), "3000");
}

TEST_F(SqliteSinkTest, StoresNothingBeyondItsSize) {
  config_.store_max = 200'000;
  open();
  Result<Stored> last = Stored{};
  unsigned stored = 0;
  for (; last && stored < 10'000; ++stored) last = write({{.id = id_at(now, stored)}});
  ASSERT_FALSE(last);
  EXPECT_EQ(one("SELECT count(*) FROM event"), std::to_string(stored - 1));
  EXPECT_EQ(one("SELECT sum(requests) FROM usage_day"), std::to_string(stored - 1));
}

// Any events in any batches, in any order, with repetitions and restarts: what is stored is the set
// of them, and the sums are its sums.
TEST_F(SqliteSinkTest, SumsAreThoseOfTheRows) {
  std::mt19937_64 random(11);
  const auto any = [&random](std::uint64_t below) { return random() % below; };
  config_.store_max_series = 60;
  open();
  std::map<std::string, TestEvent> sent;
  std::vector<TestEvent> pool;
  for (int round = 0; round < 120; ++round) {
    std::vector<TestEvent> events;
    for (std::uint64_t i = any(40); i > 0; --i) {
      if (!pool.empty() && any(3) == 0) {
        events.push_back(pool[any(pool.size())]);
        continue;
      }
      const std::int64_t time = now - static_cast<std::int64_t>(any(3 * 86'400'000));
      const auto number = static_cast<unsigned>(pool.size());
      pool.push_back({.id = any(5) == 0 ? "id" + std::to_string(number) : id_at(time, number),
                      .time = time,
                      .tenant = "t" + std::to_string(any(9)),
                      .model = "m" + std::to_string(any(4)),
                      .status = any(4) == 0 ? 500 : 200,
                      .tokens = static_cast<std::int64_t>(any(1'000)) - 100,
                      .latency = static_cast<double>(any(100'000))});
      events.push_back(pool.back());
    }
    ASSERT_TRUE(write(events));
    for (const TestEvent& each : events) sent.emplace(each.id, each);
    if (any(10) == 0) open();
  }
  std::int64_t tokens = 0;
  std::int64_t missing = 0;
  for (const auto& [id, each] : sent) {
    tokens += std::max<std::int64_t>(each.tokens, 0);
    missing += each.tokens < 0 ? 1 : 0;
  }
  const std::string expected =
      std::to_string(sent.size()) + " " + std::to_string(tokens) + " " + std::to_string(missing);
  EXPECT_EQ(one("SELECT count(*), sum(prompt_tokens), sum(prompt_tokens IS NULL) FROM event", 3),
            expected);
  for (const std::string table : {"usage_hour", "usage_day"})
    EXPECT_EQ(one("SELECT sum(requests), sum(prompt_tokens), sum(no_usage) FROM " + table, 3),
              expected);
  EXPECT_EQ(
      rows("SELECT ts / 3600000, provider, count(*), sum(latency_us) FROM event GROUP BY 1, 2", 4),
      rows("SELECT hour, provider, sum(requests), sum(latency_us) FROM usage_hour GROUP BY 1, 2",
           4));
  EXPECT_EQ(rows("SELECT day, sum(requests), sum(latency_us) FROM usage_day GROUP BY 1", 3),
            rows("SELECT hour / 24, sum(requests), sum(latency_us) FROM usage_hour GROUP BY 1", 3));
  EXPECT_EQ(one("SELECT sum(n) FROM latency_hour"), std::to_string(sent.size()));
}

}  // namespace
}  // namespace llmgw::collector
