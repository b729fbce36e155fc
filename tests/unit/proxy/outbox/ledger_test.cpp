// SPDX-License-Identifier: MIT
// The books: moves, and a reader that never sees half of one.
#include "proxy/outbox/ledger.hpp"

#include <gtest/gtest.h>

#include <numeric>
#include <thread>

namespace llmgw::proxy {
namespace {

std::uint64_t sum(const Ledger::Totals& totals) {
  return std::accumulate(totals.terms.begin(), totals.terms.end(), std::uint64_t{0});
}

TEST(Ledger, MovesKeepTheSum) {
  Ledger ledger;
  ledger.recover(10);
  ledger.move(Term::spooled, Term::in_flight, 4);
  ledger.move(Term::in_flight, Term::delivered, 3);
  const Ledger::Totals totals = ledger.read();
  EXPECT_EQ(totals[Term::spooled], 6u);
  EXPECT_EQ(totals[Term::in_flight], 1u);
  EXPECT_EQ(totals[Term::delivered], 3u);
  EXPECT_EQ(totals.recovered, 10u);
  EXPECT_EQ(sum(totals), 10u);
}

TEST(Ledger, QueuedCountsDownModulo) {
  Ledger ledger;
  ledger.move(Term::queued, Term::in_flight, 7);
  const Ledger::Totals totals = ledger.read();
  EXPECT_EQ(totals[Term::queued] + 7, 0u);
  EXPECT_EQ(sum(totals), 0u);
}

TEST(Ledger, ReaderNeverSeesHalfAMove) {
  Ledger ledger;
  std::atomic<bool> enough{false};
  std::atomic<bool> writing{false};
  std::thread writer([&] {
    for (std::uint64_t i = 1; !enough; ++i) {
      ledger.move(Term::queued, Term::spooled, i);
      ledger.move(Term::spooled, Term::in_flight, i);
      ledger.move(Term::in_flight, i % 3 == 0 ? Term::rejected : Term::delivered, i);
      if (i % 100 == 0) ledger.recover(1);
      writing = true;
    }
  });
  while (!writing) {
  }
  std::uint64_t wrong = 0;
  for (int reads = 0; reads < 200'000; ++reads) {
    const Ledger::Totals totals = ledger.read();
    wrong += sum(totals) != totals.recovered ? 1 : 0;
  }
  enough = true;
  writer.join();
  EXPECT_EQ(wrong, 0u);
}

}  // namespace
}  // namespace llmgw::proxy
