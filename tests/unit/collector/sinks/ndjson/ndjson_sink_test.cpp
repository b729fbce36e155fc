// SPDX-License-Identifier: MIT
// Each event once: within a write, over writes, after failures, restarts and rotations.
#include "collector/sinks/ndjson/ndjson_sink.hpp"

#include <algorithm>

#include "collector/sinks/ndjson/id_file.hpp"
#include "tests/support/file_size_limit.hpp"
#include "tests/unit/collector/events.hpp"
#include "tests/unit/collector/sinks/ndjson/event_log_folder.hpp"

namespace llmgw::collector {
namespace {

class NdjsonSinkTest : public EventLogFolderTest {
 protected:
  static constexpr std::size_t few = 4;

  void begin(std::size_t remember = few) {
    sink_.reset();  // which has the file locked
    auto log = open();
    ASSERT_TRUE(log);
    sink_ = std::make_unique<NdjsonSink>(std::move(*log), remember);
  }

  // "" stands for an event without an id.
  static Batch batch(std::initializer_list<std::string_view> ids) {
    Batch made;
    for (const std::string_view id : ids) {
      made.text += line(id);
      made.lines.push_back({made.text.size(), event_key(id)});
    }
    return made;
  }

  Result<Stored> write(std::initializer_list<Batch> batches) const {
    std::vector<const Batch*> pointers;
    for (const Batch& each : batches) pointers.push_back(&each);
    return sink_->write(pointers);
  }

  static std::string lines(std::initializer_list<std::string_view> ids) { return batch(ids).text; }

  std::vector<EventKey> kept_ids() const {
    auto file = read_id_file(id_file_path(path_.string()));
    return file ? file->keys : std::vector<EventKey>();
  }
  bool is_kept(std::string_view id) const {
    const auto keys = kept_ids();
    return std::find(keys.begin(), keys.end(), event_key(id)) != keys.end();
  }

  std::unique_ptr<NdjsonSink> sink_;
};

TEST_F(NdjsonSinkTest, StoresARepeatedIdOnce) {
  begin();
  const auto first = write({batch({"a", "b", "a"})});  // within a batch,
  // of an earlier write, and of an earlier batch of the same write
  const auto second = write({batch({"c", "a", "d", "", ""}), batch({"d", "e"}), batch({"a", "c"})});
  ASSERT_TRUE(first && second);
  EXPECT_EQ(content(path_), lines({"a", "b", "c", "d", "", "", "e"}));
  EXPECT_EQ(first->fresh, 2U);
  EXPECT_EQ(first->duplicates, 1U);
  EXPECT_EQ(first->bytes, lines({"a", "b"}).size());
  EXPECT_EQ(second->fresh, 5U);
  EXPECT_EQ(second->duplicates, 4U);
  EXPECT_EQ(second->bytes, lines({"c", "d", "", "", "e"}).size());
}

TEST_F(NdjsonSinkTest, WritesNothingForDuplicatesAlone) {
  begin();
  ASSERT_TRUE(write({batch({"a"})}));
  fs::remove(path_);  // any write would begin it anew
  const auto again = write({batch({"a"}), batch({"a", "a"})});
  ASSERT_TRUE(again);
  EXPECT_EQ(again->fresh, 0U);
  EXPECT_EQ(again->duplicates, 3U);
  EXPECT_EQ(again->bytes, 0U);
  EXPECT_FALSE(fs::exists(path_));
}

TEST_F(NdjsonSinkTest, ForgetsNoIdThatWasNotStored) {
  begin();
  ASSERT_TRUE(write({batch({"a"})}));
  {
    const FileSizeLimit limit(lines({"a"}).size() + 5);
    EXPECT_EQ(write({batch({"a", "b", "b"})}).error(), std::errc::file_too_large);
    EXPECT_EQ(sink_->recent_ids(), 1U);
  }
  const auto again = write({batch({"a", "b", "b"})});
  ASSERT_TRUE(again);
  EXPECT_EQ(again->fresh, 1U);
  EXPECT_EQ(content(path_), lines({"a", "b"}));
  EXPECT_EQ(sink_->recent_ids(), 2U);
}

TEST_F(NdjsonSinkTest, RemembersAtMostTwiceWhatItMust) {
  begin(2);
  for (const auto* id : {"a", "b", "c", "d", "e", "f", "g"}) ASSERT_TRUE(write({batch({id})}));
  EXPECT_LE(sink_->recent_ids(), 4U);
  const auto last = write({batch({"f", "g"})});
  EXPECT_EQ(last->duplicates, 2U);
  EXPECT_EQ(write({batch({"a"})})->fresh, 1U);
}

TEST_F(NdjsonSinkTest, KnowsWhatTheFileHolds) {
  put(lines({"a", "b"}));
  begin();
  EXPECT_EQ(sink_->recent_ids(), 2U);
  ASSERT_TRUE(write({batch({"a", "c"})}));
  EXPECT_EQ(content(path_), lines({"a", "b", "c"}));
}

// An id may be kept for a restart only once its event is known to be stored.
TEST_F(NdjsonSinkTest, KeepsTheIdsOfWhatWasRotatedAway) {
  begin();
  ASSERT_TRUE(write({batch({"a"})}));
  fs::rename(path_, folder_ / "old");
  sink_->reopen();
  EXPECT_EQ(kept_ids(), std::vector{event_key("a")});
  fs::remove(folder_ / "old");
  ASSERT_TRUE(write({batch({"b"})}));
  begin();
  const auto again = write({batch({"a", "b", "c"})});
  EXPECT_EQ(again->duplicates, 2U);
  EXPECT_EQ(content(path_), lines({"b", "c"}));
}

TEST_F(NdjsonSinkTest, KeepsNoIdOfAFailedWrite) {
  begin();
  ASSERT_TRUE(write({batch({"a"})}));
  fs::remove(path_);  // so that ids are to be kept
  {
    const FileSizeLimit limit(5);
    EXPECT_FALSE(write({batch({"b"})}));
  }
  EXPECT_FALSE(is_kept("b"));
}

TEST_F(NdjsonSinkTest, KeepsIdsAfterAFileWasCutByOthers) {
  begin();
  ASSERT_TRUE(write({batch({"a"})}));
  fs::resize_file(path_, 0);
  ASSERT_TRUE(write({batch({"b"})}));
  EXPECT_TRUE(is_kept("a"));
  begin();
  EXPECT_EQ(write({batch({"a", "b"})})->duplicates, 2U);
}

}  // namespace
}  // namespace llmgw::collector
