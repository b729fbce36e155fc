// SPDX-License-Identifier: MIT
// Which rule speaks, in which numbers, and whose fields make way.
#include "quota/rate_fields.hpp"

#include <map>

#include "tests/unit/quota/limits_fixture.hpp"

namespace llmgw::quota {
namespace {

class RateFieldsTest : public LimitsFixture {
 protected:
  static std::map<std::string, std::string> texts(const RateFields& fields) {
    std::map<std::string, std::string> all;
    std::string lines;
    for (const RateFields::Field& each : fields.all()) {
      all.emplace(each.name.substr(std::string_view("x-ratelimit-").size()), each.value);
      lines.append(each.name).append(": ").append(each.value).append("\r\n");
    }
    // They are copied as one.
    if (!lines.empty()) {
      EXPECT_EQ(std::string_view(fields.all().front().name.data(), lines.size()), lines);
    }
    return all;
  }
};

using Texts = std::map<std::string, std::string>;

TEST_F(RateFieldsTest, TellsWhatIsLeft) {
  use("tenants: {t: {limits: [{id: r, unit: requests, limit: 60, per: 1m, burst: 60}]}}");
  const auto one = reserve("t");
  EXPECT_FALSE(one->admit_head());
  const RateFields fields(*one);
  EXPECT_EQ(
      texts(fields),
      (Texts{{"limit-requests", "60"}, {"remaining-requests", "59"}, {"reset-requests", "1s"}}));
  EXPECT_TRUE(fields.replaces("X-RateLimit-Limit-Requests"));
  EXPECT_TRUE(fields.replaces("x-ratelimit-reset-requests"));
  EXPECT_FALSE(fields.replaces("x-ratelimit-limit-tokens"));
  EXPECT_FALSE(fields.replaces("x-ratelimit-"));
  EXPECT_FALSE(fields.replaces("date"));
}

TEST_F(RateFieldsTest, CountsAgainstTheLimit) {
  use("tenants: {t: {limits: [{id: r, unit: requests, limit: 60, per: 1m, burst: 100}]}}");
  const auto one = reserve("t");
  EXPECT_FALSE(one->admit_head());
  EXPECT_EQ(texts(RateFields(*one)).at("remaining-requests"), "60");
}

TEST_F(RateFieldsTest, LetsTheTightestSpeak) {
  use(R"(tenants: {t: {limits: [
    {id: a, unit: requests, limit: 100, per: 1m, burst: 100},
    {id: b, unit: requests, limit: 10, per: 1m, burst: 10},
    {id: par, unit: concurrency, limit: 1},
    {id: in, unit: input_tokens, limit: 1000, per: 1m},
    {id: all, unit: tokens, limit: 100, per: 1m}]}})");
  const auto one = reserve("t");
  EXPECT_FALSE(one->admit_head());
  EXPECT_FALSE(one->admit_body("m", demand));
  EXPECT_EQ(texts(RateFields(*one)), (Texts{{"limit-requests", "10"},
                                            {"remaining-requests", "9"},
                                            {"reset-requests", "6s"},
                                            {"limit-tokens", "100"},
                                            {"remaining-tokens", "70"},
                                            {"reset-tokens", "18s"}}));
}

TEST_F(RateFieldsTest, LeavesOutRulesOfOtherModels) {
  use("tenants: {t: {limits: [{id: o3, unit: requests, limit: 10, per: 1m, models: [\"o3*\"]}]}}");
  auto one = reserve("t");
  EXPECT_FALSE(one->admit_head());
  EXPECT_FALSE(one->admit_body("gpt", demand));
  EXPECT_EQ(texts(RateFields(*one)), Texts{});
  EXPECT_FALSE(RateFields(*one).replaces("x-ratelimit-limit-requests"));
  one = reserve("t");
  EXPECT_FALSE(one->admit_body("o3", demand));
  EXPECT_EQ(texts(RateFields(*one)).at("remaining-requests"), "0");
}

TEST_F(RateFieldsTest, ShowsDebtAsNothing) {
  use("tenants: {t: {limits: [{id: tpm, unit: tokens, limit: 100, per: 1m}]}}");
  actual = {.input_tokens = 200};
  EXPECT_TRUE(ask("t"));
  EXPECT_EQ(texts(RateFields(*reserve("t"))).at("remaining-tokens"), "0");
  EXPECT_EQ(texts(RateFields(*reserve("t"))).at("reset-tokens"), "2m0s");
}

TEST_F(RateFieldsTest, TellNoResetOfACalendar) {
  use("tenants: {t: {limits: [{id: a, unit: requests, limit: 10, per: day}]}}");
  EXPECT_EQ(texts(RateFields(*reserve("t"))),
            (Texts{{"limit-requests", "10"}, {"remaining-requests", "10"}}));
}

TEST(ShortDuration, IsAsOpenAiHasIt) {
  using namespace std::chrono_literals;
  for (const auto& [duration, text] :
       std::vector<std::pair<std::chrono::nanoseconds, std::string_view>>{{0ns, "0ms"},
                                                                          {1ns, "1ms"},
                                                                          {120ms, "120ms"},
                                                                          {999'000'001ns, "1000ms"},
                                                                          {1s, "1s"},
                                                                          {6420ms, "6.42s"},
                                                                          {6400ms, "6.4s"},
                                                                          {6050ms, "6.05s"},
                                                                          {6401ms, "6.41s"},
                                                                          {60s, "1m0s"},
                                                                          {63s, "1m3s"},
                                                                          {3600s, "1h0m0s"},
                                                                          {3661500ms, "1h1m2s"},
                                                                          {240h, "240h0m0s"}})
    EXPECT_EQ(short_duration(duration).view(), text);
  EXPECT_FALSE(short_duration(std::chrono::nanoseconds::max()).is_cut());
}

}  // namespace
}  // namespace llmgw::quota
