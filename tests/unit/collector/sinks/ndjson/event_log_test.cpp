// SPDX-License-Identifier: MIT
// The event log as a file: whole lines or none, whatever the disk does.
#include "collector/sinks/ndjson/event_log.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <thread>

#include "tests/support/file_size_limit.hpp"
#include "tests/unit/collector/sinks/ndjson/event_log_folder.hpp"

namespace llmgw::collector {
namespace {

using EventLogTest = EventLogFolderTest;

TEST_F(EventLogTest, AppendsPiecesInOrder) {
  put("{0}\n");
  for (const LogSync sync : {LogSync::none, LogSync::batch}) {
    auto log = open(sync);
    ASSERT_TRUE(log);
    EXPECT_TRUE((*log)->append(Pieces{"{1}\n{2}\n", "", "{3}\n"}));
    EXPECT_TRUE((*log)->check());
  }
  EXPECT_EQ(content(path_), "{0}\n{1}\n{2}\n{3}\n{1}\n{2}\n{3}\n");
}

TEST_F(EventLogTest, MakesTheFileForOwnerAndGroup) {
  const mode_t mask = umask(022);
  ASSERT_TRUE(open());
  umask(mask);
  EXPECT_EQ(fs::status(path_).permissions(),
            fs::perms::owner_read | fs::perms::owner_write | fs::perms::group_read);
}

TEST_F(EventLogTest, WritesMorePiecesThanOneCallTakes) {
  std::string expected;
  std::vector<std::string> lines;
  for (int i = 0; i < 5'000; ++i) lines.push_back("{" + std::to_string(i) + "}\n");
  Pieces pieces(lines.begin(), lines.end());
  for (const auto& each : lines) expected += each;
  auto log = open();
  ASSERT_TRUE((*log)->append(pieces));
  EXPECT_EQ(content(path_), expected);
}

TEST_F(EventLogTest, SaysWhyItCannotOpen) {
  EXPECT_EQ(EventLog::open((folder_ / "no" / "file").string(), LogSync::none).error(),
            std::errc::no_such_file_or_directory);
  EXPECT_EQ(EventLog::open(folder_.string(), LogSync::none).error(), std::errc::is_a_directory);
}

TEST_F(EventLogTest, TakesBackWhatAFailedWriteLeft) {
  auto log = open(LogSync::batch);
  ASSERT_TRUE((*log)->append(Pieces{"{1}\n"}));
  const std::string large = "{" + std::string(10'000, 'x') + "}\n";
  {
    const FileSizeLimit limit(5'000);
    const auto outcome = (*log)->append(Pieces{"{2}\n", large});
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error(), std::errc::file_too_large);
    EXPECT_EQ(content(path_), "{1}\n");
    EXPECT_TRUE((*log)->append(Pieces{"{3}\n"}));  // what fits is stored
  }
  EXPECT_TRUE((*log)->check());
  EXPECT_TRUE((*log)->append(Pieces{large}));
  EXPECT_EQ(content(path_), "{1}\n{3}\n" + large);
}

TEST_F(EventLogTest, KeepsWhatOthersAppendedAndEndsTheTornLine) {
  auto log = open();
  ASSERT_TRUE((*log)->append(Pieces{"{1}\n"}));
  // The test cannot write between the log's two calls, so the file is one that cannot be cut.
  auto full = EventLog::open("/dev/full", LogSync::none);
  ASSERT_TRUE(full);
  EXPECT_EQ((*full)->append(Pieces{"{1}\n"}).error(), std::errc::no_space_on_device);
}

TEST_F(EventLogTest, GoesOnInANewFileAfterReopening) {
  auto log = open();
  ASSERT_TRUE((*log)->append(Pieces{"{1}\n"}));
  fs::rename(path_, folder_ / "old");
  ASSERT_TRUE((*log)->append(Pieces{"{2}\n"}));
  ASSERT_TRUE((*log)->reopen());
  ASSERT_TRUE((*log)->append(Pieces{"{3}\n"}));
  EXPECT_EQ(content(folder_ / "old"), "{1}\n{2}\n");
  EXPECT_EQ(content(path_), "{3}\n");
}

TEST_F(EventLogTest, KeepsTheOldFileWhereReopeningFails) {
  auto log = open();
  fs::rename(path_, folder_ / "old");
  fs::create_directory(path_);
  EXPECT_EQ((*log)->reopen().error(), std::errc::is_a_directory);
  ASSERT_TRUE((*log)->append(Pieces{"{1}\n"}));
  EXPECT_EQ(content(folder_ / "old"), "{1}\n");
}

TEST_F(EventLogTest, FollowsAFileThatWasCutByOthers) {
  auto log = open();
  ASSERT_TRUE((*log)->append(Pieces{"{1}\n{2}\n"}));
  fs::resize_file(path_, 0);
  ASSERT_TRUE((*log)->append(Pieces{"{3}\n"}));
  const FileSizeLimit limit(6);
  EXPECT_FALSE((*log)->append(Pieces{"{4}\n"}));
  EXPECT_EQ(content(path_), "{3}\n");
}

TEST_F(EventLogTest, BeginsARemovedFileAnew) {
  auto log = open();
  ASSERT_TRUE((*log)->append(Pieces{"{1}\n"}));
  fs::remove(path_);
  ASSERT_TRUE((*log)->append(Pieces{"{2}\n"}));
  EXPECT_EQ(content(path_), "{2}\n");
  fs::remove_all(folder_);
  EXPECT_FALSE((*log)->append(Pieces{"{3}\n"}));
  EXPECT_FALSE((*log)->check());
  fs::create_directory(folder_);
  ASSERT_TRUE((*log)->check());
  ASSERT_TRUE((*log)->append(Pieces{"{3}\n"}));
  EXPECT_EQ(content(path_), "{3}\n");
}

TEST_F(EventLogTest, RefusesAFileThatAnotherCollectorUses) {
  auto first = open();
  ASSERT_TRUE(first);
  EXPECT_EQ(open().error(), std::errc::device_or_resource_busy);
  EXPECT_TRUE((*first)->reopen());  // its own lock does not stand in its way
  first->reset();
  EXPECT_TRUE(open());
}

class Pipe {
 public:
  Pipe() { EXPECT_EQ(pipe(ends_), 0); }
  int in() const { return ends_[1]; }
  int out() const { return ends_[0]; }

 private:
  int ends_[2];
};

TEST(EventLogOnPipe, WaitsForItsReader) {
  const Pipe pipe;
  fcntl(pipe.in(), F_SETFL, O_NONBLOCK);  // as a terminal or a parent may have left it
  auto log = EventLog::on_descriptor(pipe.in(), LogSync::batch);
  const std::string text = std::string(1'000'000, 'x') + "\n";
  std::string got;
  std::thread reader([&] {
    std::array<char, 65'536> block;
    for (ssize_t size = 1; got.size() < text.size() && size > 0;) {
      size = read(pipe.out(), block.data(), block.size());
      if (size > 0) got.append(block.data(), static_cast<std::size_t>(size));
    }
  });
  EXPECT_TRUE(log->append(Pieces{text}));
  reader.join();
  EXPECT_EQ(got, text);
  EXPECT_TRUE(log->reopen());
  EXPECT_TRUE(log->recall(10).empty());
  EXPECT_FALSE(log->wants_keys());
  ::close(pipe.out());
  std::signal(SIGPIPE, SIG_IGN);
  EXPECT_EQ(log->append(Pieces{"{1}\n"}).error(), std::errc::broken_pipe);
}

TEST(EventLogOnPipe, IsStdoutsFileToo) {
  std::string name = (fs::temp_directory_path() / "stdout-XXXXXX").string();
  const int file = mkstemp(name.data());  // does not append by itself
  auto log = EventLog::on_descriptor(file, LogSync::none);
  ASSERT_TRUE(log->append(Pieces{"{1}\n"}));
  {
    const FileSizeLimit limit(6);
    EXPECT_FALSE(log->append(Pieces{"{2}\n"}));
  }
  ASSERT_TRUE(log->append(Pieces{"{3}\n"}));
  EXPECT_EQ(content(name), "{1}\n{3}\n");
  fs::remove(name);
}

}  // namespace
}  // namespace llmgw::collector
