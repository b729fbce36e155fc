// SPDX-License-Identifier: MIT
// Where Anthropic has things, and what its requests say.
#include "proxy/provider/anthropic/dialect.hpp"

#include <gtest/gtest.h>

#include "proxy/metering/request_scanner.hpp"
#include "tests/support/in_pieces.hpp"
#include "tests/unit/proxy/provider/target_of.hpp"

namespace llmgw::proxy {
namespace {

TEST(AnthropicDialect, LeavesTargetsAsTheyAre) {
  const TargetPlace place{.prefix = "/p", .model = "other", .api_version = "1"};
  for (const std::string target :
       {"/v1/messages?beta=true", "/v1/messages/count_tokens", "/v1/messages/batches/b/results",
        "/v1/models", "/v1/models/m"}) {
    EXPECT_TRUE(anthropic_dialect.has_target(place, target)) << target;
    EXPECT_EQ(target_of(anthropic_dialect, place, target), "/p" + target);
  }
}

TEST(AnthropicDialect, HasNothingForOtherApis) {
  for (const auto target : {"/v1/chat/completions", "/v1/embeddings", "/v1/modelsx",
                            "/v1/messagesx", "/openai/v1/responses", "/v1beta/models"})
    EXPECT_FALSE(anthropic_dialect.has_target({.prefix = ""}, target)) << target;
}

TEST(AnthropicDialect, ReadsModelAndStreamOfARequest) {
  JsonPatterns patterns;
  const std::string body =
      R"({"max_tokens":9,"metadata":{"model":"no"},"messages":[{"role":"user","content":"x"}],)"
      R"("stream":true,"model":"claude-sonnet-4-6"})";
  in_all_pieces(body, [&](auto feed, const std::string& how) {
    RequestScanner scanner(patterns, anthropic_dialect.requests);
    feed([&](std::string_view piece) { scanner.observe(piece); });
    EXPECT_EQ(scanner.facts().model.view(), "claude-sonnet-4-6") << how;
    EXPECT_EQ(scanner.facts().stream, true) << how;
  });
}

TEST(AnthropicDialect, NeverAsksForUsage) {
  EXPECT_EQ(anthropic_dialect.usage_edit, nullptr);
  EXPECT_EQ(anthropic_dialect.meaning_of(400), StatusMeaning::final);
}

}  // namespace
}  // namespace llmgw::proxy
