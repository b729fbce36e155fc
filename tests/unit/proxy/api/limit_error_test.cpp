// SPDX-License-Identifier: MIT
// What a client is told, by unit, period and why.
#include "proxy/api/limit_error.hpp"

#include <gtest/gtest.h>

namespace llmgw::proxy {
namespace {

using namespace std::chrono_literals;
using quota::Period;
using quota::RefusalKind;
using quota::Unit;

struct Case {
  Unit unit;
  RefusalKind kind;
  int status;
  std::string_view type;
  std::string_view code;
  bool is_final;
  std::optional<std::chrono::nanoseconds> wait;
};

TEST(LimitError, HasTheRowsOfTheContract) {
  const Case cases[] = {
      {Unit::requests, RefusalKind::rate, 429, "requests", "rate_limit_exceeded", false, 2300ms},
      {Unit::tokens, RefusalKind::rate, 429, "tokens", "rate_limit_exceeded", false, 2300ms},
      {Unit::output_tokens, RefusalKind::rate, 429, "tokens", "rate_limit_exceeded", false, 2300ms},
      {Unit::usd, RefusalKind::rate, 429, "insufficient_quota", "insufficient_quota", true, 2300ms},
      {Unit::usd, RefusalKind::budget, 429, "insufficient_quota", "insufficient_quota", true, {}},
      {Unit::requests,
       RefusalKind::budget,
       429,
       "insufficient_quota",
       "insufficient_quota",
       true,
       {}},
      {Unit::concurrency, RefusalKind::concurrency, 429, "requests", "concurrency_limit_exceeded",
       false, 1s},
      {Unit::tokens, RefusalKind::too_large, 429, "tokens", "request_too_large", true, {}},
      {Unit::usd,
       RefusalKind::unpriced,
       400,
       "invalid_request_error",
       "model_not_priced",
       false,
       {}},
  };
  for (const Case& each : cases) {
    const quota::LimitRule rule{.id = "r",
                                .unit = each.unit,
                                .limit = 600,
                                .burst = 100,
                                .period = {Period::Kind::rolling, 1min, {}}};
    const quota::Caller::Entry entry{.rule = &rule, .label = "r"};
    const LimitError error({&entry, each.kind, 2300ms}, "team-a", "gpt");
    EXPECT_EQ(error.error().status, each.status) << each.code;
    EXPECT_EQ(error.error().type, each.type) << each.code;
    EXPECT_EQ(error.error().code, each.code);
    EXPECT_EQ(error.error().is_final, each.is_final) << each.code;
    EXPECT_EQ(error.wait(), each.wait) << each.code;
    EXPECT_EQ(error.error().outcome, Outcome::completed);
    std::vector<http::OutField> fields;
    error.append_fields(fields);
    EXPECT_EQ(fields.size(), each.kind == RefusalKind::rate ? 1U : 0U);
    if (!fields.empty()) {
      EXPECT_EQ(fields[0].value, "2300");
    }
  }
}

TEST(LimitError, NamesRuleTenantAndWait) {
  const quota::LimitRule rule{.id = "rpm",
                              .unit = Unit::requests,
                              .limit = 600,
                              .burst = 100,
                              .period = {Period::Kind::rolling, 1min, {}}};
  const quota::Caller::Entry entry{.rule = &rule, .keep = 30, .label = "batch:rpm"};
  EXPECT_EQ(
      LimitError({&entry, RefusalKind::rate, 2300ms}, "a\"b", "").error().message,
      "The limit batch:rpm of tenant a\"b, 600 requests per 1m, is reached. Try again in 2.3s.");
  EXPECT_EQ(
      LimitError({&entry, RefusalKind::too_large, 0ns}, "a", "").error().message,
      "The limit batch:rpm of tenant a, 600 requests per 1m, can never admit a request of this "
      "size: at most 70 can be had at once.");
  EXPECT_EQ(LimitError({&entry, RefusalKind::unpriced, 0ns}, "a", "m-1").error().message,
            "There is no price for the model m-1, and this caller may only use what has one.");
}

}  // namespace
}  // namespace llmgw::proxy
