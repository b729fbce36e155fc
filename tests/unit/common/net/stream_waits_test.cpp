// SPDX-License-Identifier: MIT
// The waits of a connection: each transition by a table, then every history of some steps against
// what a connection must never do: miss what has come, ask for what has not, or forget an end.
#include "common/net/stream_waits.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

namespace llmgw {
namespace {

TEST(ReceiveWait, IsOverAtOnceWhereSomethingIsThere) {
  ReceiveWait wait;
  EXPECT_FALSE(wait.is_waiting());
  EXPECT_FALSE(wait.is_due());
  EXPECT_FALSE(wait.begin());
  EXPECT_TRUE(wait.is_waiting());
  EXPECT_FALSE(wait.is_due());
  wait.note_event(Horizon::bytes);
  EXPECT_TRUE(wait.is_due());
  EXPECT_FALSE(wait.end());
  EXPECT_FALSE(wait.is_waiting());
  EXPECT_FALSE(wait.is_due());  // nobody waits
  EXPECT_TRUE(wait.begin());    // nothing was received meanwhile
}

// Whether the next receive is due without an event, by what the last one was.
TEST(ReceiveWait, KnowsAnEmptiedSocket) {
  struct Row {
    Horizon horizon;
    std::function<void(ReceiveWait&)> receive;
    bool is_due;
  };
  const auto full = [](ReceiveWait& wait) { wait.note_bytes(true); };
  const auto less = [](ReceiveWait& wait) { wait.note_bytes(false); };
  const auto nothing = [](ReceiveWait& wait) { wait.note_nothing(); };
  const Row table[] = {
      {Horizon::bytes, full, true}, {Horizon::bytes, less, false}, {Horizon::bytes, nothing, false},
      {Horizon::end, full, true},   {Horizon::end, less, true},    {Horizon::end, nothing, false},
  };
  for (const Row& row : table) {
    ReceiveWait wait;
    wait.note_event(row.horizon);
    ASSERT_TRUE(wait.begin());
    wait.end();
    row.receive(wait);
    EXPECT_EQ(wait.begin(), row.is_due);
    EXPECT_EQ(wait.is_due(), row.is_due);
    wait.note_event(Horizon::bytes);
    EXPECT_TRUE(wait.is_due());
  }
}

// An event of bytes alone says nothing of the end that was seen before.
TEST(ReceiveWait, KeepsTheEndInSight) {
  ReceiveWait wait;
  wait.note_event(Horizon::end);
  wait.note_nothing();
  wait.note_event(Horizon::bytes);
  wait.note_bytes(false);
  EXPECT_TRUE(wait.begin());
}

template <class Waiting>
class AnyWait : public testing::Test {};
using Waits = testing::Types<ReceiveWait, SendWait>;
TYPED_TEST_SUITE(AnyWait, Waits);

TYPED_TEST(AnyWait, IsCancelledOnce) {
  TypeParam wait;
  EXPECT_FALSE(wait.cancel());
  EXPECT_FALSE(wait.is_due());
  wait.begin();
  EXPECT_TRUE(wait.cancel());
  EXPECT_TRUE(wait.cancel());  // it still stands
  EXPECT_TRUE(wait.is_waiting());
  EXPECT_TRUE(wait.is_due());
  EXPECT_TRUE(wait.end());
  EXPECT_FALSE(wait.cancel());
  wait.begin();
  EXPECT_FALSE(wait.is_due());
  EXPECT_FALSE(wait.end());
}

TEST(SendWait, AsksForEventsOnceAndWaitsForThem) {
  SendWait wait;
  wait.note_room();  // a hang-up, say, of a connection that has sent all
  EXPECT_TRUE(wait.begin());
  EXPECT_FALSE(wait.is_due());
  wait.note_room();
  EXPECT_TRUE(wait.is_due());
  EXPECT_FALSE(wait.end());
  EXPECT_FALSE(wait.begin());   // asked for already
  EXPECT_FALSE(wait.is_due());  // the room did not suffice, so it is gone
  wait.note_room();
  EXPECT_TRUE(wait.is_due());
}

// What a connection knows for sure, told by the history of its socket alone.
struct History {
  bool has_unseen = false;  // an event, or a receive that left something
  bool has_end = false;
  bool is_waiting = false;
  bool is_cancelled = false;
};

void walk(const ReceiveWait& wait, const History& history, int steps, std::size_t& seen) {
  ++seen;
  ASSERT_EQ(wait.is_waiting(), history.is_waiting);
  const bool is_due = history.is_waiting && (history.has_unseen || history.is_cancelled);
  ASSERT_EQ(wait.is_due(), is_due);
  if (steps == 0) return;
  const auto go = [&](auto change_wait, auto change_history) {
    ReceiveWait next = wait;
    History after = history;
    change_wait(next);
    change_history(after);
    walk(next, after, steps - 1, seen);
  };
  go([](ReceiveWait& next) { next.note_event(Horizon::bytes); },
     [](History& after) { after.has_unseen = true; });
  go([](ReceiveWait& next) { next.note_event(Horizon::end); },
     [](History& after) { after.has_unseen = after.has_end = true; });
  go([](ReceiveWait& next) { next.cancel(); },
     [](History& after) { after.is_cancelled = after.is_waiting; });
  if (!history.is_waiting) {
    go([](ReceiveWait& next) { next.begin(); }, [](History& after) { after.is_waiting = true; });
  }
  if (!is_due) return;
  if (history.is_cancelled) {
    go([](ReceiveWait& next) { EXPECT_TRUE(next.end()); },
       [](History& after) { after.is_waiting = after.is_cancelled = false; });
    return;
  }
  const auto receive = [&](auto note, bool leaves_something) {
    go(
        [&](ReceiveWait& next) {
          EXPECT_FALSE(next.end());
          note(next);
        },
        [&](History& after) {
          after.is_waiting = false;
          after.has_unseen = leaves_something;
        });
  };
  receive([](ReceiveWait& next) { next.note_bytes(true); }, true);
  receive([](ReceiveWait& next) { next.note_bytes(false); }, history.has_end);
  receive([](ReceiveWait& next) { next.note_nothing(); }, false);
}

TEST(ReceiveWait, MissesNothingInAnyHistory) {
  std::size_t seen = 0;
  walk(ReceiveWait(), History(), 8, seen);
  EXPECT_GT(seen, 50'000U);
}

}  // namespace
}  // namespace llmgw
