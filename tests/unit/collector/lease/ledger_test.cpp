// SPDX-License-Identifier: MIT
// What is written is there again, or is not written at all.
#include "collector/lease/ledger.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/support/file_size_limit.hpp"

namespace llmgw::collector {
namespace {

namespace fs = std::filesystem;

class LedgerTest : public testing::Test {
 protected:
  LedgerTest() { fs::remove_all(folder_); }
  ~LedgerTest() override { fs::remove_all(folder_); }

  std::unique_ptr<Ledger> open() {
    auto opened = Ledger::open(folder_);
    EXPECT_TRUE(opened.has_value());
    return std::move(*opened);
  }
  static lease::LedgerChange change(std::string rule, lease::Units taken) {
    lease::LedgerChange made;
    made.rule = std::move(rule);
    made.budget.window = {std::chrono::sys_seconds(std::chrono::seconds(100)),
                          std::chrono::sys_seconds(std::chrono::seconds(200))};
    made.budget.taken = taken;
    return made;
  }

  const std::string folder_ = testing::TempDir() + "ledger_test/a/b";
};

TEST_F(LedgerTest, ReadsBackWhatWasWritten) {
  const lease::LotRow lot{"proxy", 7, 100, 60, 20, 5, 3};
  {
    const auto ledger = open();
    EXPECT_TRUE(ledger->load()->empty());
    auto first = change("t:b/day", 1'000'000'000'000'000);
    first.lots = {lot, {"other", 1, 2, 3, 4, 5, 6}};
    ASSERT_TRUE(ledger->write({first, change("t:a/\"x", 0)}));
    auto second = change("t:b/day", 500);
    second.forgotten = {"other", "nobody"};
    ASSERT_TRUE(ledger->write({second}));
  }
  const auto entries = open()->load();
  ASSERT_TRUE(entries.has_value());
  ASSERT_EQ(entries->size(), 2u);
  EXPECT_EQ((*entries)[0].rule, "t:a/\"x");
  EXPECT_EQ((*entries)[1].rule, "t:b/day");
  EXPECT_EQ((*entries)[1].budget, change("", 500).budget);
  EXPECT_EQ((*entries)[1].lots, std::vector{lot});
}

TEST_F(LedgerTest, BelongsToOneProcess) {
  const auto ledger = open();
  EXPECT_EQ(Ledger::open(folder_).error(), errc::address_in_use);
}

TEST_F(LedgerTest, IsNotMadeOfAnotherFile) {
  fs::create_directories(folder_);
  std::ofstream(folder_ + "/" + Ledger::file_name) << std::string(10'000, 'x');
  EXPECT_EQ(Ledger::open(folder_).error(), errc::malformed_message);
}

TEST_F(LedgerTest, NeedsAFolderThatCanBeMade) {
  fs::create_directories(fs::path(folder_).parent_path());
  std::ofstream(folder_.c_str()) << "a file";
  EXPECT_TRUE(Ledger::open(folder_).has_error());
}

// None of it is there where not all of it could be written, and the next one is whole.
TEST_F(LedgerTest, AFullDiskTakesNothing) {
  const auto ledger = open();
  ASSERT_TRUE(ledger->write({change("t:a/day", 1)}));
  {
    const FileSizeLimit full(
        fs::file_size(folder_ + "/" + Ledger::file_name + std::string("-wal")));
    EXPECT_EQ(ledger->write({change("t:a/day", 2), change("t:b/day", 2)}).error(), errc::io_failed);
  }
  EXPECT_EQ(ledger->load()->size(), 1u);
  EXPECT_EQ(ledger->load()->at(0).budget.taken, 1);
  ASSERT_TRUE(ledger->write({change("t:a/day", 3)}));
  EXPECT_EQ(ledger->load()->at(0).budget.taken, 3);
}

}  // namespace
}  // namespace llmgw::collector
