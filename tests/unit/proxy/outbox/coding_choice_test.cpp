// SPDX-License-Identifier: MIT
// Compression where it pays: found out by trying, and found out again when the network changes.
#include "proxy/outbox/coding_choice.hpp"

#include <gtest/gtest.h>

namespace llmgw::proxy {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t large = 1024 * 1024;

// Sends `batches` over a link that takes this long for each form; how many went compressed.
int send(CodingChoice& choice, int batches, std::chrono::nanoseconds plain,
         std::chrono::nanoseconds compressed) {
  int count = 0;
  for (int i = 0; i < batches; ++i) {
    const bool compress = choice.compress(large);
    choice.note(large, compress, compress ? compressed : plain);
    count += compress ? 1 : 0;
  }
  return count;
}

TEST(CodingChoice, LeavesSmallBatchesAlone) {
  CodingChoice choice;
  for (int i = 0; i < 1000; ++i) {
    EXPECT_FALSE(choice.compress(CodingChoice::worth_it - 1));
    choice.note(CodingChoice::worth_it - 1, false, 1h);
  }
}

TEST(CodingChoice, NeverTriesOnAFastLink) {
  CodingChoice choice;
  EXPECT_EQ(send(choice, 640, 2ms, 1ms), 0);
}

TEST(CodingChoice, IsNotMisledByBatchesThatWereHeldUp) {
  CodingChoice choice;
  int compressed = 0;
  for (int i = 0; i < 640; ++i) {
    // Every third batch waits for a disk or a processor.
    compressed += send(choice, 1, i % 3 == 2 ? 300ms : 2ms, 1ms);
  }
  EXPECT_EQ(compressed, 0);
}

TEST(CodingChoice, StaysPlainWhereItGainsLittle) {
  CodingChoice choice;
  EXPECT_LE(send(choice, 640, 200ms, 160ms), 640 / 64 + 2);
}

TEST(CodingChoice, CompressesOnASlowLink) {
  CodingChoice choice;
  EXPECT_GE(send(choice, 640, 200ms, 20ms), 640 - 640 / 64 - 2);
}

TEST(CodingChoice, NoticesThatTheLinkHasChanged) {
  CodingChoice choice;
  send(choice, 100, 2ms, 10ms);
  send(choice, 1000, 200ms, 20ms);  // finds out
  EXPECT_GE(send(choice, 640, 200ms, 20ms), 600);
  send(choice, 1000, 2ms, 10ms);
  EXPECT_EQ(send(choice, 640, 2ms, 10ms), 0);
}

}  // namespace
}  // namespace llmgw::proxy
