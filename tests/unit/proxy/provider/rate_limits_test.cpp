// SPDX-License-Identifier: MIT
// Limits as the heads of each dialect tell them.
#include "proxy/provider/rate_limits.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "proxy/provider/anthropic/rate_limits.hpp"
#include "proxy/provider/openai/rate_limits.hpp"
#include "proxy/provider/registry.hpp"

namespace llmgw::proxy {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::system_clock::time_point now{1'795'422'600s};  // 2026-11-23T08:30:00Z

RateLimits read(RateLimitReader reader, const std::vector<http::Field>& fields) {
  http::Head head;
  head.fields = fields;
  return reader(head, now);
}

TEST(RateLimits, OfOpenAI) {
  const RateLimits limits = read(openai_rate_limits, {{"X-RateLimit-Remaining-Requests", "59"},
                                                      {"x-ratelimit-remaining-tokens", "149984"},
                                                      {"x-ratelimit-limit-tokens", "150000"},
                                                      {"x-ratelimit-remaining-images", "3"},
                                                      {"x-ratelimit-remaining-", "3"},
                                                      {"x-ratelimit-reset-requests", "1s"}});
  EXPECT_EQ(limits[LimitKind::requests].remaining, 59);
  EXPECT_EQ(limits[LimitKind::tokens].remaining, 149'984);
  EXPECT_FALSE(limits[LimitKind::input_tokens].is_known());
  EXPECT_FALSE(limits[LimitKind::output_tokens].is_known());
}

TEST(RateLimits, OfAnthropic) {
  const RateLimits limits =
      read(anthropic_rate_limits, {{"anthropic-ratelimit-requests-limit", "50"},
                                   {"Anthropic-RateLimit-Requests-Remaining", "49"},
                                   {"anthropic-ratelimit-requests-reset", "2026-11-23T08:36:00Z"},
                                   {"anthropic-ratelimit-tokens-limit", "48000"},
                                   {"anthropic-ratelimit-input-tokens-limit", "40000"},
                                   {"anthropic-ratelimit-input-tokens-remaining", "39000"},
                                   {"anthropic-ratelimit-output-tokens-limit", "8000"},
                                   {"anthropic-ratelimit-output-tokens-remaining", "0"},
                                   {"anthropic-ratelimit-unified-status", "allowed"},
                                   {"anthropic-ratelimit-requests", "7"},
                                   {"anthropic-ratelimit-", "7"}});
  const RateLimit& requests = limits[LimitKind::requests];
  EXPECT_EQ(requests.limit, 50);
  EXPECT_EQ(requests.remaining, 49);
  EXPECT_EQ(requests.reset, 6min);
  EXPECT_EQ(limits[LimitKind::tokens].limit, 48'000);
  EXPECT_FALSE(limits[LimitKind::tokens].remaining);
  EXPECT_EQ(limits[LimitKind::input_tokens].remaining, 39'000);
  EXPECT_EQ(limits[LimitKind::output_tokens].remaining, 0);
}

TEST(RateLimits, ResetsThatArePastOrFarOrNone) {
  const auto reset = [](std::string_view value) {
    return read(anthropic_rate_limits,
                {{"anthropic-ratelimit-tokens-reset", value}})[LimitKind::tokens]
        .reset;
  };
  EXPECT_EQ(reset("2026-11-23T08:30:00.120Z"), 120ms);
  EXPECT_EQ(reset("2026-11-23T10:30:01+02:00"), 1s);
  EXPECT_EQ(reset("2026-11-23T08:29:59Z"), 0ms);
  EXPECT_EQ(reset("1970-01-01T00:00:00Z"), 0ms);
  EXPECT_EQ(reset("2027-11-23T08:30:00Z"), 365 * 24h);
  for (const std::string_view value : {"", "2027-11-23T08:30:01Z", "9999-12-31T23:59:59Z",
                                       "2026-02-30T00:00:00Z", "30", "6m0s", "2026-11-23T08:30:00"})
    EXPECT_FALSE(reset(value)) << value;
}

TEST(RateLimits, CountsThatAreNone) {
  for (const std::string_view value :
       {"", "-1", "1.5", "unlimited", "1e9", "99999999999999999999", "1\xc2\xb2"}) {
    EXPECT_FALSE(
        read(openai_rate_limits, {{"x-ratelimit-remaining-tokens", value}})[LimitKind::tokens]
            .is_known())
        << value;
    EXPECT_FALSE(read(anthropic_rate_limits,
                      {{"anthropic-ratelimit-tokens-remaining", value}})[LimitKind::tokens]
                     .is_known())
        << value;
  }
  EXPECT_FALSE(read(openai_rate_limits,
                    {{"x-ratelimit-remaining-tokens", std::string(60'000, '9')}})[LimitKind::tokens]
                   .is_known());
}

TEST(RateLimits, AllDialectsButGeminiTellSome) {
  for (const Dialect* each : dialects())
    EXPECT_EQ(each->limits == nullptr, each->name == "gemini") << each->name;
}

}  // namespace
}  // namespace llmgw::proxy
