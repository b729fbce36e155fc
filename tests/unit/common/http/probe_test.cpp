// SPDX-License-Identifier: MIT
// Asking a daemon of this machine: well, unwell, silent and not there.
#include "common/http/probe.hpp"

#include <gtest/gtest.h>

#include "common/http/router.hpp"
#include "tests/unit/common/http/endpoint_loopback.hpp"

namespace llmgw::http {
namespace {

Task<void> well(EndpointExchange& exchange) { co_await exchange.reply(200, {}, "ok"); }
Task<void> unwell(EndpointExchange& exchange) { co_await exchange.reply(503, {}, "no"); }

TEST(Probe, TellsWellFromUnwell) {
  Router router;
  router.add("GET", "/well", well).add("GET", "/unwell", unwell);
  const EndpointLoopback server(router);
  for (const auto* host : {"127.0.0.1", "0.0.0.0", "", "::", "localhost"})
    EXPECT_TRUE(probe({host, server.port}, "/well")) << host;
  EXPECT_FALSE(probe({"127.0.0.1", server.port}, "/unwell"));
  EXPECT_FALSE(probe({"127.0.0.1", server.port}, "/nothing"));
}

TEST(Probe, FailsWhereNobodyListens) {
  EXPECT_FALSE(probe({"127.0.0.1", 1}, "/"));
  EXPECT_FALSE(probe({"", 1}, "/"));
  EXPECT_FALSE(probe({"", 0}, "/"));
}

TEST(Probe, GivesUpInTime) {
  Loop unused;
  const Endpoint endpoint = reserve_address({"127.0.0.1", 0}).value();
  const auto silent = Listener::open(unused, endpoint).value();  // connects, and says nothing
  const auto begun_at = std::chrono::steady_clock::now();
  EXPECT_FALSE(probe({"127.0.0.1", endpoint.port()}, "/", std::chrono::milliseconds(30)));
  EXPECT_LT(std::chrono::steady_clock::now() - begun_at, std::chrono::seconds(2));
}

}  // namespace
}  // namespace llmgw::http
