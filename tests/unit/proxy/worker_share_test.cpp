// SPDX-License-Identifier: MIT
// Shares of the descriptor limit.
#include "proxy/worker_share.hpp"

#include <gtest/gtest.h>

#include "proxy/http/server.hpp"

namespace llmgw::proxy {
namespace {

TEST(WorkerShare, AllSharesTogetherStayBelowTheLimit) {
  for (const std::size_t limit : {256u, 1024u, 4096u, 65'536u, 1'048'576u}) {
    for (const unsigned workers : {1u, 2u, 4u}) {
      const WorkerShare each = share_descriptors(limit, workers);
      const std::size_t of_a_worker = each.clients + each.upstreams + http::Server::refusals;
      EXPECT_LT(of_a_worker * workers + admin_connections, limit);
      EXPECT_EQ(each.clients, each.upstreams);
    }
  }
  EXPECT_EQ(share_descriptors(1'048'576, 2).clients, 262'116u);
  EXPECT_EQ(share_descriptors(1024, 2).clients, 228u);
}

TEST(WorkerShare, SomebodyIsServedHoweverFewThereAre) {
  EXPECT_EQ(share_descriptors(64, 8).clients, 1u);
  EXPECT_EQ(share_descriptors(0, 1).upstreams, 1u);
}

TEST(WorkerShare, IsSharedOutAmongUpstreams) {
  EXPECT_EQ(share_among(300, 1), 300u);
  EXPECT_EQ(share_among(300, 3), 100u);
  EXPECT_EQ(share_among(2, 3), 1u);
  EXPECT_EQ(share_among(5, 0), 5u);
}

}  // namespace
}  // namespace llmgw::proxy
