// SPDX-License-Identifier: MIT
// What stays known of an event log after a restart, and after a rotation before it.
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <functional>

#include "tests/unit/collector/events.hpp"
#include "tests/unit/collector/sinks/ndjson/event_log_folder.hpp"

namespace llmgw::collector {
namespace {

class EventLogRecallTest : public EventLogFolderTest {
 protected:
  static constexpr std::size_t plenty = 1'000;

  std::vector<EventKey> recalled(std::size_t most = plenty) const {
    auto log = open();
    return log ? (*log)->recall(most) : std::vector<EventKey>();
  }
  static std::vector<EventKey> keys(std::initializer_list<std::string_view> ids) {
    std::vector<EventKey> made;
    for (const std::string_view id : ids) made.push_back(event_key(id));
    return made;
  }
  // As the log does: what is stored, and then the keys if they are asked for.
  void store(EventLog& log, std::string_view id) {
    ASSERT_TRUE(log.append(Pieces{line(id)}));
    stored_.push_back(event_key(id));
    if (log.wants_keys()) log.keep(stored_);
  }

  std::vector<EventKey> stored_;
};

TEST_F(EventLogRecallTest, ReadsTheLastEventsOfTheFile) {
  std::string escaped = line("c");
  escaped.insert(1, R"("\u0078":1,)");
  put(line("a") + "{}\n" + line("b") + escaped + line("d") + "{\"to");
  EXPECT_EQ(recalled(), keys({"a", "b", "c", "d"}));
  EXPECT_EQ(recalled(3), keys({"b", "c", "d"}));
  EXPECT_EQ(recalled(1), keys({"d"}));
  put("");
  EXPECT_EQ(recalled(), keys({}));
}

TEST_F(EventLogRecallTest, ReadsLinesAcrossItsBlocks) {
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

TEST_F(EventLogRecallTest, KnowsTheEventsOfARotatedFile) {
  {
    auto log = open();
    (*log)->recall(plenty);
    store(**log, "a");
    fs::rename(path_, folder_ / "old");
    store(**log, "b");
    ASSERT_TRUE((*log)->reopen());
    EXPECT_TRUE((*log)->wants_keys());
    (*log)->keep(stored_);
    EXPECT_FALSE((*log)->wants_keys());
    store(**log, "c");
  }
  fs::remove(folder_ / "old");  // compressed, or taken away
  EXPECT_EQ(recalled(), keys({"a", "b", "c"}));
}

// The crash comes between the renaming and the new id file, with and without a new log.
TEST_F(EventLogRecallTest, FindsTheFileThatWasRenamed) {
  {
    auto log = open();
    (*log)->recall(plenty);
    (*log)->keep({});
    store(**log, "a");
    fs::rename(path_, folder_ / "events-20261123");
    store(**log, "b");
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
class EventLogRotatedTornTest : public EventLogRecallTest {
 protected:
  void SetUp() override {
    EventLogRecallTest::SetUp();
    {
      auto log = open();
      (*log)->recall(plenty);
      (*log)->keep({});
    }
    fs::rename(path_, rotated());
  }
  fs::path rotated() const { return folder_ / "events-20261123"; }
  void put_rotated(std::string_view text) const {
    std::ofstream(rotated(), std::ios::binary) << text;  // the same file, of the same number
  }
};

TEST_F(EventLogRotatedTornTest, CutsItsTornLastLineOff) {
  const std::string whole = line("a") + line("b");
  for (const std::string& torn : {std::string(R"({"reque)"), event("c"), std::string(2, '\0')}) {
    put_rotated(whole + torn);
    EXPECT_EQ(recalled(), keys({"a", "b"}));
    EXPECT_EQ(content(rotated()), whole);
    fs::remove(path_);
  }
}

TEST_F(EventLogRotatedTornTest, LeavesAFileThatOnlyHasTheNumber) {
  for (const std::string& text :
       {std::string("{\"version\":1}"), std::string("{\n  \"a\": {\n  }"), std::string("{}\n{\"a"),
        std::string("\n{\"a"), line("a") + "\n{"}) {
    put_rotated(text);
    recalled();
    EXPECT_EQ(content(rotated()), text);
    fs::remove(path_);
  }
}

TEST_F(EventLogRotatedTornTest, LeavesTheLogOfAnotherCollector) {
  const std::string text = line("a") + "{\"re";
  put_rotated(line("a"));
  const auto other = EventLog::open(rotated().string(), LogSync::none);
  ASSERT_TRUE(other);
  put_rotated(text);
  EXPECT_EQ(recalled(), keys({"a"}));
  EXPECT_EQ(content(rotated()), text);
}

TEST_F(EventLogRotatedTornTest, KnowsWhatAFileHoldsThatCannotBeWritten) {
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

TEST_F(EventLogRecallTest, AsksForKeysWhenTheFileWasCutByOthers) {
  {
    auto log = open();
    (*log)->recall(plenty);
    store(**log, "a");
    store(**log, "b");
    EXPECT_FALSE((*log)->wants_keys());
    fs::resize_file(path_, 0);
    store(**log, "c");
  }
  EXPECT_EQ(content(path_), line("c"));
  const auto found = recalled();
  for (const EventKey& each : keys({"a", "b", "c"}))
    EXPECT_NE(std::find(found.begin(), found.end(), each), found.end());
}

TEST_F(EventLogRecallTest, DoesWithoutADamagedIdFile) {
  {
    auto log = open();
    (*log)->recall(plenty);
    store(**log, "a");
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

// What somebody has put in the place of the file that is to be written is neither changed nor
// waited for.
TEST_F(EventLogRecallTest, WritesThroughNothingThatWasPlanted) {
  const fs::path other = folder_ / "other";
  const fs::path fresh = path_.string() + ".ids.new";
  const std::function<void()> plants[] = {
      [&] { fs::create_symlink(other, fresh); },
      [&] { fs::create_hard_link(other, fresh); },
      [&] { ASSERT_EQ(mkfifo(fresh.c_str(), 0600), 0); },
      [&] { fs::create_symlink(folder_ / "not there", fresh); },
  };
  for (const auto& plant : plants) {
    std::ofstream(other) << "precious";
    auto log = open();
    (*log)->recall(plenty);
    plant();
    (*log)->keep(keys({"a"}));
    EXPECT_FALSE((*log)->wants_keys());
    EXPECT_EQ(content(other), "precious");
    EXPECT_FALSE(fs::exists(folder_ / "not there"));
    log->reset();
    EXPECT_EQ(recalled(), keys({"a"}));
  }
}

TEST_F(EventLogRecallTest, ReadsNothingThatWasPlanted) {
  const fs::path ids = path_.string() + ".ids";
  {
    auto log = open();
    (*log)->recall(plenty);
    (*log)->keep(keys({"a"}));
  }
  fs::rename(ids, folder_ / "other");
  fs::create_symlink(folder_ / "other", ids);
  EXPECT_EQ(recalled(), keys({}));
  fs::remove(ids);
  ASSERT_EQ(mkfifo(ids.c_str(), 0600), 0);
  EXPECT_EQ(recalled(), keys({}));
}

TEST_F(EventLogRecallTest, TriesAgainLaterWhereKeysCannotBeKept) {
  auto log = open();
  (*log)->recall(plenty);
  fs::create_directory(path_.string() + ".ids.new");
  EXPECT_TRUE((*log)->wants_keys());
  (*log)->keep({});
  EXPECT_FALSE((*log)->wants_keys());  // for some seconds
  ASSERT_TRUE((*log)->append(Pieces{line("a")}));
}

}  // namespace
}  // namespace llmgw::collector
