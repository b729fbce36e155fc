// SPDX-License-Identifier: MIT
// Batches: cut at lines only, and nothing lost by cutting.
#include "proxy/outbox/batch.hpp"

#include <gtest/gtest.h>

namespace llmgw::proxy {
namespace {

TEST(Batch, IsWholeWhereItFits) {
  Batch batch;
  EXPECT_TRUE(batch.is_empty());
  batch.append("one\ntwo\n", 2);
  batch.append("three\n", 1);
  const Batch::Piece piece = batch.front({});
  EXPECT_EQ(piece.lines, "one\ntwo\nthree\n");
  EXPECT_EQ(piece.events, 3u);
  batch.remove(piece);
  EXPECT_TRUE(batch.is_empty());
  EXPECT_EQ(batch.lines(), "");
}

TEST(Batch, IsCutAtLinesAtEveryBound) {
  const std::string all = "a\nfour\n\nsome more\nlast\n";
  for (std::size_t bytes = 1; bytes <= all.size() + 1; ++bytes) {
    for (std::size_t events = 1; events <= 6; ++events) {
      Batch batch;
      batch.assign(all, 5);
      std::string together;
      std::size_t count = 0;
      while (!batch.is_empty()) {
        const Batch::Piece piece = batch.front({bytes, events});
        ASSERT_GE(piece.events, 1u);
        ASSERT_LE(piece.events, events);
        ASSERT_TRUE(piece.lines.size() <= bytes || piece.events == 1);
        ASSERT_TRUE(piece.lines.ends_with('\n'));
        together += piece.lines;
        count += piece.events;
        batch.remove(piece);
      }
      EXPECT_EQ(together, all) << bytes << ' ' << events;
      EXPECT_EQ(count, 5u);
    }
  }
}

TEST(Batch, HalvingEndsAtOneEvent) {
  Batch batch;
  batch.assign("a very long first line\nb\n", 2);
  BatchBounds bounds;
  bounds.bytes = batch.lines().size() / 2;
  const Batch::Piece piece = batch.front(bounds);
  EXPECT_EQ(piece.events, 1u);
  EXPECT_EQ(piece.lines, "a very long first line\n");
}

TEST(Batch, HandsItsMemoryOut) {
  Batch batch;
  batch.assign(std::string(1000, 'x') + '\n', 1);
  EXPECT_GE(batch.release().capacity(), 1001u);
  EXPECT_TRUE(batch.is_empty());
}

}  // namespace
}  // namespace llmgw::proxy
