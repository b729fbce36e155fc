// SPDX-License-Identifier: MIT
// Where Gemini has things, and that its bodies say nothing.
#include "proxy/provider/gemini/dialect.hpp"

#include <gtest/gtest.h>

#include "proxy/metering/request_scanner.hpp"
#include "tests/support/in_pieces.hpp"
#include "tests/unit/proxy/provider/target_of.hpp"

namespace llmgw::proxy {
namespace {

TEST(GeminiDialect, LeavesTargetsAsTheyAre) {
  for (const std::string target :
       {"/v1/models/gemini-2.5-pro:generateContent",
        "/v1beta/models/m%20n:streamGenerateContent?alt=sse", "/v1beta/cachedContents",
        "/upload/v1beta/files?uploadType=resumable", "/v1alpha/models/m:countTokens"}) {
    EXPECT_TRUE(gemini_dialect.has_target({.prefix = "/p"}, target)) << target;
    EXPECT_EQ(target_of(gemini_dialect, {.prefix = "/p"}, target), "/p" + target);
  }
}

TEST(GeminiDialect, PutsAnotherModelInPlaceOfTheClients) {
  const TargetPlace place{.prefix = "", .model = "gemini-3.8-flash"};
  EXPECT_EQ(target_of(gemini_dialect, place, "/v1beta/models/fast:streamGenerateContent?alt=sse"),
            "/v1beta/models/gemini-3.8-flash:streamGenerateContent?alt=sse");
  EXPECT_EQ(target_of(gemini_dialect, place, "/v1beta/models?pageSize=5"),
            "/v1beta/models?pageSize=5");
  EXPECT_EQ(target_of(gemini_dialect, {.prefix = "", .model = "a:b/.."}, "/v1/models/m:x"),
            "/v1/models/a%3Ab%2F--:x");
}

TEST(GeminiDialect, TakesAnAddressThatHoldsAVersion) {
  EXPECT_EQ(target_of(gemini_dialect, {.prefix = "/g/v1beta"}, "/v1/models/m:x"),
            "/g/v1/models/m:x");
  EXPECT_EQ(target_of(gemini_dialect, {.prefix = "/v1alpha"}, "/v1beta/models"), "/v1beta/models");
}

TEST(GeminiDialect, HasNothingForOtherApis) {
  for (const auto target : {"/v1/chat/completions", "/v1/models", "/v1/messages",
                            "/openai/v1/responses", "/v1/models/a:b:c"})
    EXPECT_FALSE(gemini_dialect.has_target({.prefix = ""}, target)) << target;
}

TEST(GeminiDialect, WantsNothingOfABody) {
  JsonPatterns patterns;
  in_all_pieces(R"({"model":"models/x","stream":true,"contents":[{"parts":[{"text":"model"}]}]})",
                [&](auto feed, const std::string& how) {
                  RequestScanner scanner(patterns, gemini_dialect.requests);
                  feed([&](std::string_view piece) { scanner.observe(piece); });
                  EXPECT_TRUE(scanner.facts().model.empty()) << how;
                  EXPECT_FALSE(scanner.facts().stream) << how;
                });
}

}  // namespace
}  // namespace llmgw::proxy
