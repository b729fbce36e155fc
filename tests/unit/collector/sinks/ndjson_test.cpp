// SPDX-License-Identifier: MIT
// The event log as a file: whole lines or none, whatever the disk does.
#include "collector/sinks/ndjson.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "tests/unit/collector/events.hpp"

namespace llmgw::collector {
namespace {

namespace fs = std::filesystem;
using Pieces = std::vector<std::string_view>;

std::string content(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

class NdjsonSinkTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "ndjson-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    path_ = folder_ / "events.ndjson";
  }
  void TearDown() override { fs::remove_all(folder_); }

  void put(std::string_view text) const { std::ofstream(path_, std::ios::binary) << text; }
  auto open(LogSync sync = LogSync::none) const { return NdjsonSink::open(path_.string(), sync); }

  fs::path folder_;
  fs::path path_;
};

// A file that may not grow beyond `most` bytes, which the kernel enforces as a full disk would.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t most) {
    handler_ = std::signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{most, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit before_{};
  void (*handler_)(int);
};

TEST_F(NdjsonSinkTest, AppendsPiecesInOrder) {
  put("{0}\n");
  for (const LogSync sync : {LogSync::none, LogSync::batch}) {
    auto sink = open(sync);
    ASSERT_TRUE(sink);
    EXPECT_TRUE((*sink)->write(Pieces{"{1}\n{2}\n", "", "{3}\n"}));
    EXPECT_TRUE((*sink)->check());
  }
  EXPECT_EQ(content(path_), "{0}\n{1}\n{2}\n{3}\n{1}\n{2}\n{3}\n");
}

TEST_F(NdjsonSinkTest, MakesTheFileForOwnerAndGroup) {
  const mode_t mask = umask(022);
  ASSERT_TRUE(open());
  umask(mask);
  EXPECT_EQ(fs::status(path_).permissions(),
            fs::perms::owner_read | fs::perms::owner_write | fs::perms::group_read);
}

TEST_F(NdjsonSinkTest, WritesMorePiecesThanOneCallTakes) {
  std::string expected;
  std::vector<std::string> lines;
  for (int i = 0; i < 5'000; ++i) lines.push_back("{" + std::to_string(i) + "}\n");
  Pieces pieces(lines.begin(), lines.end());
  for (const auto& each : lines) expected += each;
  auto sink = open();
  ASSERT_TRUE((*sink)->write(pieces));
  EXPECT_EQ(content(path_), expected);
}

TEST_F(NdjsonSinkTest, CutsATornLastLineOff) {
  const std::string long_line(200'000, 'x');
  const std::pair<std::string, std::string> cases[] = {
      {"", ""},
      {"{1}\n", "{1}\n"},
      {"{1}\n{2", "{1}\n"},
      {"{1", ""},
      {"{1}\n{" + long_line, "{1}\n"},
      {"{" + long_line + "\n{2", "{" + long_line + "\n"},
      {"{1}\n" + std::string(5'000, '\0'), "{1}\n"},
  };
  for (const auto& [before, after] : cases) {
    put(before);
    auto sink = open();
    ASSERT_TRUE(sink);
    EXPECT_EQ(content(path_), after);
    ASSERT_TRUE((*sink)->write(Pieces{"{9}\n"}));
    EXPECT_EQ(content(path_), after + "{9}\n");
  }
}

TEST_F(NdjsonSinkTest, CutsNothingThatIsNoEvent) {
  put("root:x:0:0\nno line end");
  const auto sink = open();
  ASSERT_FALSE(sink);
  EXPECT_EQ(sink.error(), std::errc::illegal_byte_sequence);
  EXPECT_EQ(content(path_), "root:x:0:0\nno line end");
}

TEST_F(NdjsonSinkTest, SaysWhyItCannotOpen) {
  EXPECT_EQ(NdjsonSink::open((folder_ / "no" / "file").string(), LogSync::none).error(),
            std::errc::no_such_file_or_directory);
  EXPECT_EQ(NdjsonSink::open(folder_.string(), LogSync::none).error(), std::errc::is_a_directory);
}

TEST_F(NdjsonSinkTest, TakesBackWhatAFailedWriteLeft) {
  auto sink = open(LogSync::batch);
  ASSERT_TRUE((*sink)->write(Pieces{"{1}\n"}));
  const std::string large = "{" + std::string(10'000, 'x') + "}\n";
  {
    const FileSizeLimit limit(5'000);
    const auto outcome = (*sink)->write(Pieces{"{2}\n", large});
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error(), std::errc::file_too_large);
    EXPECT_EQ(content(path_), "{1}\n");
    EXPECT_TRUE((*sink)->write(Pieces{"{3}\n"}));  // what fits is stored
  }
  EXPECT_TRUE((*sink)->check());
  EXPECT_TRUE((*sink)->write(Pieces{large}));
  EXPECT_EQ(content(path_), "{1}\n{3}\n" + large);
}

TEST_F(NdjsonSinkTest, KeepsWhatOthersAppendedAndEndsTheTornLine) {
  auto sink = open();
  ASSERT_TRUE((*sink)->write(Pieces{"{1}\n"}));
  // The test cannot write between the sink's two calls, so the file is one that cannot be cut.
  auto full = NdjsonSink::open("/dev/full", LogSync::none);
  ASSERT_TRUE(full);
  EXPECT_EQ((*full)->write(Pieces{"{1}\n"}).error(), std::errc::no_space_on_device);
}

TEST_F(NdjsonSinkTest, GoesOnInANewFileAfterReopening) {
  auto sink = open();
  ASSERT_TRUE((*sink)->write(Pieces{"{1}\n"}));
  fs::rename(path_, folder_ / "old");
  ASSERT_TRUE((*sink)->write(Pieces{"{2}\n"}));
  ASSERT_TRUE((*sink)->reopen());
  ASSERT_TRUE((*sink)->write(Pieces{"{3}\n"}));
  EXPECT_EQ(content(folder_ / "old"), "{1}\n{2}\n");
  EXPECT_EQ(content(path_), "{3}\n");
}

TEST_F(NdjsonSinkTest, KeepsTheOldFileWhereReopeningFails) {
  auto sink = open();
  fs::rename(path_, folder_ / "old");
  fs::create_directory(path_);
  EXPECT_EQ((*sink)->reopen().error(), std::errc::is_a_directory);
  ASSERT_TRUE((*sink)->write(Pieces{"{1}\n"}));
  EXPECT_EQ(content(folder_ / "old"), "{1}\n");
}

TEST_F(NdjsonSinkTest, FollowsAFileThatWasCutByOthers) {
  auto sink = open();
  ASSERT_TRUE((*sink)->write(Pieces{"{1}\n{2}\n"}));
  fs::resize_file(path_, 0);
  ASSERT_TRUE((*sink)->write(Pieces{"{3}\n"}));
  const FileSizeLimit limit(6);
  EXPECT_FALSE((*sink)->write(Pieces{"{4}\n"}));
  EXPECT_EQ(content(path_), "{3}\n");
}

TEST_F(NdjsonSinkTest, BeginsARemovedFileAnew) {
  auto sink = open();
  ASSERT_TRUE((*sink)->write(Pieces{"{1}\n"}));
  fs::remove(path_);
  ASSERT_TRUE((*sink)->write(Pieces{"{2}\n"}));
  EXPECT_EQ(content(path_), "{2}\n");
  fs::remove_all(folder_);
  EXPECT_FALSE((*sink)->write(Pieces{"{3}\n"}));
  EXPECT_FALSE((*sink)->check());
  fs::create_directory(folder_);
  ASSERT_TRUE((*sink)->check());
  ASSERT_TRUE((*sink)->write(Pieces{"{3}\n"}));
  EXPECT_EQ(content(path_), "{3}\n");
}

TEST_F(NdjsonSinkTest, RefusesAFileThatAnotherCollectorUses) {
  auto first = open();
  ASSERT_TRUE(first);
  EXPECT_EQ(open().error(), std::errc::device_or_resource_busy);
  EXPECT_TRUE((*first)->reopen());  // its own lock does not stand in its way
  first->reset();
  EXPECT_TRUE(open());
}

// What stays known after a restart.
class NdjsonRecallTest : public NdjsonSinkTest {
 protected:
  static constexpr std::size_t plenty = 1'000;

  std::vector<EventKey> recalled(std::size_t most = plenty) const {
    auto sink = open();
    return sink ? (*sink)->recall(most) : std::vector<EventKey>();
  }
  static std::vector<EventKey> keys(std::initializer_list<std::string_view> ids) {
    std::vector<EventKey> made;
    for (const std::string_view id : ids) made.push_back(event_key(id));
    return made;
  }
  // As the pipeline does: what is stored, and then the keys if they are asked for.
  void store(NdjsonSink& sink, std::string_view id) {
    ASSERT_TRUE(sink.write(Pieces{line(id)}));
    stored_.push_back(event_key(id));
    if (sink.wants_keys()) sink.keep(stored_);
  }

  std::vector<EventKey> stored_;
};

TEST_F(NdjsonRecallTest, ReadsTheLastEventsOfTheFile) {
  std::string escaped = line("c");
  escaped.insert(1, R"("\u0078":1,)");
  put(line("a") + "{}\n" + line("b") + escaped + line("d") + "{\"to");
  EXPECT_EQ(recalled(), keys({"a", "b", "c", "d"}));
  EXPECT_EQ(recalled(3), keys({"b", "c", "d"}));
  EXPECT_EQ(recalled(1), keys({"d"}));
  put("");
  EXPECT_EQ(recalled(), keys({}));
}

TEST_F(NdjsonRecallTest, ReadsLinesAcrossItsBlocks) {
  std::string text;
  std::vector<EventKey> all;
  for (int i = 0; i < 12'000; ++i) {  // some megabytes, and lines of many lengths
    const std::string id(static_cast<std::size_t>(i % 100 + 1), static_cast<char>('a' + i % 26));
    text += line(id);
    all.push_back(event_key(id));
  }
  put(text);
  EXPECT_EQ(recalled(1'000'000), all);
  for (const std::size_t most : {1U, 4'999U, 5'000U, 11'999U, 12'000U}) {
    const std::vector<EventKey> last(all.end() - static_cast<std::ptrdiff_t>(most), all.end());
    EXPECT_EQ(recalled(most), last) << most;
  }
}

TEST_F(NdjsonRecallTest, KnowsTheEventsOfARotatedFile) {
  {
    auto sink = open();
    (*sink)->recall(plenty);
    store(**sink, "a");
    fs::rename(path_, folder_ / "old");
    store(**sink, "b");
    ASSERT_TRUE((*sink)->reopen());
    EXPECT_TRUE((*sink)->wants_keys());
    (*sink)->keep(stored_);
    EXPECT_FALSE((*sink)->wants_keys());
    store(**sink, "c");
  }
  fs::remove(folder_ / "old");  // compressed, or taken away
  EXPECT_EQ(recalled(), keys({"a", "b", "c"}));
}

// The crash comes between the renaming and the new id file, with and without a new log.
TEST_F(NdjsonRecallTest, FindsTheFileThatWasRenamed) {
  {
    auto sink = open();
    (*sink)->recall(plenty);
    (*sink)->keep({});
    store(**sink, "a");
    fs::rename(path_, folder_ / "events-20261123");
    store(**sink, "b");
  }
  EXPECT_EQ(recalled(), keys({"a", "b"}));  // which has made a new file
  put(line("c"));
  EXPECT_EQ(recalled(), keys({"a", "b", "c"}));
}

// To the superuser every file can be written.
class Unprivileged {
 public:
  Unprivileged() { EXPECT_EQ(seteuid(before_ == 0 ? 65'534 : before_), 0); }
  ~Unprivileged() { EXPECT_EQ(seteuid(before_), 0); }
  Unprivileged(const Unprivileged&) = delete;
  Unprivileged& operator=(const Unprivileged&) = delete;

 private:
  uid_t before_ = geteuid();
};

// The crash comes in the middle of a write, the renaming before the next start.
class NdjsonRotatedTornTest : public NdjsonRecallTest {
 protected:
  void SetUp() override {
    NdjsonRecallTest::SetUp();
    {
      auto sink = open();
      (*sink)->recall(plenty);
      (*sink)->keep({});
    }
    fs::rename(path_, rotated());
  }
  fs::path rotated() const { return folder_ / "events-20261123"; }
  void put_rotated(std::string_view text) const {
    std::ofstream(rotated(), std::ios::binary) << text;  // the same file, of the same number
  }
};

TEST_F(NdjsonRotatedTornTest, CutsItsTornLastLineOff) {
  const std::string whole = line("a") + line("b");
  for (const std::string& torn : {std::string(R"({"reque)"), event("c"), std::string(2, '\0')}) {
    put_rotated(whole + torn);
    EXPECT_EQ(recalled(), keys({"a", "b"}));
    EXPECT_EQ(content(rotated()), whole);
    fs::remove(path_);
  }
}

TEST_F(NdjsonRotatedTornTest, LeavesAFileThatOnlyHasTheNumber) {
  for (const std::string& text :
       {std::string("{\"version\":1}"), std::string("{\n  \"a\": {\n  }"), std::string("{}\n{\"a"),
        std::string("\n{\"a"), line("a") + "\n{"}) {
    put_rotated(text);
    recalled();
    EXPECT_EQ(content(rotated()), text);
    fs::remove(path_);
  }
}

TEST_F(NdjsonRotatedTornTest, LeavesTheLogOfAnotherCollector) {
  const std::string text = line("a") + "{\"re";
  put_rotated(line("a"));
  const auto other = NdjsonSink::open(rotated().string(), LogSync::none);
  ASSERT_TRUE(other);
  put_rotated(text);
  EXPECT_EQ(recalled(), keys({"a"}));
  EXPECT_EQ(content(rotated()), text);
}

TEST_F(NdjsonRotatedTornTest, KnowsWhatAFileHoldsThatCannotBeWritten) {
  constexpr fs::perms readable =
      fs::perms::owner_read | fs::perms::group_read | fs::perms::others_read;
  const std::string text = line("a") + "{\"re";
  put_rotated(text);
  fs::permissions(rotated(), readable);
  fs::permissions(path_.string() + ".ids", readable);
  fs::permissions(folder_, fs::perms::all);
  const Unprivileged user;
  EXPECT_EQ(recalled(), keys({"a"}));
  EXPECT_EQ(content(rotated()), text);
}

TEST_F(NdjsonRecallTest, AsksForKeysWhenTheFileWasCutByOthers) {
  {
    auto sink = open();
    (*sink)->recall(plenty);
    store(**sink, "a");
    store(**sink, "b");
    EXPECT_FALSE((*sink)->wants_keys());
    fs::resize_file(path_, 0);
    store(**sink, "c");
  }
  EXPECT_EQ(content(path_), line("c"));
  const auto found = recalled();
  for (const EventKey& each : keys({"a", "b", "c"}))
    EXPECT_NE(std::find(found.begin(), found.end(), each), found.end());
}

TEST_F(NdjsonRecallTest, DoesWithoutADamagedIdFile) {
  {
    auto sink = open();
    (*sink)->recall(plenty);
    store(**sink, "a");
  }
  const std::string ids = path_.string() + ".ids";
  const std::string whole = content(ids);
  for (std::size_t i = 0; i < whole.size(); ++i) {
    std::string bad = whole;
    bad[i] = static_cast<char>(bad[i] ^ 0x10);
    std::ofstream(ids, std::ios::binary) << bad;
    EXPECT_EQ(recalled(), keys({"a"})) << i;
    std::ofstream(ids, std::ios::binary) << whole.substr(0, i);
    EXPECT_EQ(recalled(), keys({"a"})) << i;
  }
}

TEST_F(NdjsonRecallTest, TriesAgainLaterWhereKeysCannotBeKept) {
  auto sink = open();
  (*sink)->recall(plenty);
  fs::create_directory(path_.string() + ".ids.new");
  EXPECT_TRUE((*sink)->wants_keys());
  (*sink)->keep({});
  EXPECT_FALSE((*sink)->wants_keys());  // for some seconds
  ASSERT_TRUE((*sink)->write(Pieces{line("a")}));
}

class Pipe {
 public:
  Pipe() { EXPECT_EQ(pipe(ends_), 0); }
  int in() const { return ends_[1]; }
  int out() const { return ends_[0]; }

 private:
  int ends_[2];
};

TEST(NdjsonSinkOnPipe, WaitsForItsReader) {
  const Pipe pipe;
  fcntl(pipe.in(), F_SETFL, O_NONBLOCK);  // as a terminal or a parent may have left it
  auto sink = NdjsonSink::on_descriptor(pipe.in(), LogSync::batch);
  const std::string text = std::string(1'000'000, 'x') + "\n";
  std::string got;
  std::thread reader([&] {
    std::array<char, 65'536> block;
    for (ssize_t size = 1; got.size() < text.size() && size > 0;) {
      size = read(pipe.out(), block.data(), block.size());
      if (size > 0) got.append(block.data(), static_cast<std::size_t>(size));
    }
  });
  EXPECT_TRUE(sink->write(Pieces{text}));
  reader.join();
  EXPECT_EQ(got, text);
  EXPECT_TRUE(sink->reopen());
  EXPECT_TRUE(sink->recall(10).empty());
  EXPECT_FALSE(sink->wants_keys());
  ::close(pipe.out());
  std::signal(SIGPIPE, SIG_IGN);
  EXPECT_EQ(sink->write(Pieces{"{1}\n"}).error(), std::errc::broken_pipe);
}

TEST(NdjsonSinkOnPipe, IsStdoutsFileToo) {
  std::string name = (fs::temp_directory_path() / "stdout-XXXXXX").string();
  const int file = mkstemp(name.data());  // does not append by itself
  auto sink = NdjsonSink::on_descriptor(file, LogSync::none);
  ASSERT_TRUE(sink->write(Pieces{"{1}\n"}));
  {
    const FileSizeLimit limit(6);
    EXPECT_FALSE(sink->write(Pieces{"{2}\n"}));
  }
  ASSERT_TRUE(sink->write(Pieces{"{3}\n"}));
  EXPECT_EQ(content(name), "{1}\n{3}\n");
  fs::remove(name);
}

}  // namespace
}  // namespace llmgw::collector
