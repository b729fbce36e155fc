// SPDX-License-Identifier: MIT
// Pages put together, and every way in which they are not whole.
#include "collector/reconcile/report_page.hpp"

#include <gtest/gtest.h>

#include "collector/reconcile/provider_reports.hpp"

namespace llmgw::collector {
namespace {

constexpr DaySpan span{100, 103};

std::string bucket(DayNumber day, std::string_view results = "[]") {
  return R"({"start_time":)" + std::to_string(day * 86'400) + R"(,"results":)" +
         std::string(results) + "}";
}
std::string page(const std::string& buckets, std::string_view more) {
  return R"({"data":[)" + buckets + R"(],)" + std::string(more) + "}";
}
constexpr std::string_view last = R"("has_more":false,"next_page":null)";

std::string fault_of(const std::vector<std::string>& bodies, DayNumber settled = 1'000) {
  ReportPages pages(span, settled);
  for (const std::string& each : bodies) {
    const auto taken = pages.take(each);
    if (taken.has_error()) return taken.error().text;
  }
  return "none";
}

TEST(ReportPages, ArePutTogether) {
  ReportPages pages(span, 1'000);
  const auto first = pages.take(
      page(bucket(100, "[1]") + "," + bucket(101), R"("has_more":true,"next_page":"a\u003d")"));
  EXPECT_EQ(first->token, "a=");
  EXPECT_EQ(
      pages.take(page(bucket(101) + "," + bucket(102, "[2]") + "," + bucket(103, "[3]"), last))
          ->token,
      "");
  EXPECT_EQ(pages.days(),
            (std::map<DayNumber, std::string>{{100, "[1]"}, {101, "[]"}, {102, "[2]"}}));
}

TEST(ReportPages, KnowTimesAsTexts) {
  ReportPages pages({20'415, 20'416}, 30'000);
  EXPECT_TRUE(pages.take(page(R"({"starting_at":"2025-11-23T00:00:00Z","results":[{}]})", last)));
  EXPECT_EQ(pages.days().at(20'415), "[{}]");
}

TEST(ReportPages, AreNotTakenInPart) {
  const std::string all = bucket(100) + "," + bucket(101) + "," + bucket(102);
  EXPECT_EQ(fault_of({page(all, last)}), "none");
  EXPECT_NE(fault_of({page(bucket(100) + "," + bucket(102), last)}).find("1970-04-12 is missing"),
            std::string::npos);
  EXPECT_EQ(fault_of({page(bucket(100), last)}, 101), "none");  // the rest is young
  for (std::size_t cut = 0; cut < page(all, last).size(); ++cut)
    EXPECT_NE(fault_of({page(all, last).substr(0, cut)}), "none") << cut;
  for (const char* more : {R"("next_page":"a")", R"("has_more":1)", R"("has_more":true)",
                           R"("has_more":true,"next_page":"")", R"("has_more":true,"next_page":7)"})
    EXPECT_NE(fault_of({page(all, more)}), "none") << more;
  const std::string circle = page(all, R"("has_more":true,"next_page":"a")");
  EXPECT_EQ(fault_of({circle, circle}), "a page leads back to one that was read");
  EXPECT_NE(fault_of({page(all + "," + bucket(100, "[1]"), last)}).find("twice"),
            std::string::npos);
  for (const char* each : {R"({"results":[]})", R"({"start_time":1,"results":[]})",
                           R"({"start_time":86400})", R"({"start_time":86400,"results":{}})", "7",
                           R"({"starting_at":"1970-01-01T00:00:01Z","results":[]})"})
    EXPECT_NE(fault_of({page(each, last)}), "none") << each;
}

TEST(ReportPages, AreBounded) {
  ReportPages pages(span, 1'000);
  for (std::size_t i = 0; i < ReportPages::most_pages; ++i)
    ASSERT_TRUE(
        pages.take(page("", R"("has_more":true,"next_page":")" + std::to_string(i) + "\"")));
  EXPECT_FALSE(pages.take(page("", R"("has_more":true,"next_page":"more")")));
}

TEST(ProviderReports, AskForAPartOfAnOrganisation) {
  const ReportScope scope{{"p 1"}, {}, {"k"}};
  EXPECT_EQ(scope.text(), "projects=p 1 api_keys=k");
  const auto kinds = reports_of(Reporter::openai, span, scope);
  EXPECT_EQ(
      target_of_page(kinds.front(), "a/b="),
      "/v1/organization/usage/completions?start_time=8640000&end_time=8899200&bucket_width=1d&"
      "limit=31&group_by=model&project_ids=p%201&api_key_ids=k&page=a%2Fb%3D");
  EXPECT_EQ(kinds.back().target.find("/costs"), std::string::npos);
  EXPECT_NE(reports_of(Reporter::openai, span, {}).back().target.find("/costs?"),
            std::string::npos);
  EXPECT_EQ(reports_of(Reporter::anthropic, span, {}).size(), 2U);
}

TEST(ProviderReports, AddUpWhatIsTold) {
  TheirReport report;
  const auto openai = reports_of(Reporter::openai, span, {});
  EXPECT_EQ(openai.front().add(R"({"model":"m","num_model_requests":2,"input_tokens":10,)"
                               R"("input_cached_tokens":null,"output_tokens":3})",
                               100, {}, report),
            "");
  EXPECT_EQ(
      openai.back().add(R"({"line_item":"m, input","amount":{"value":"0.5","currency":"usd"}})",
                        100, {}, report),
      "");
  EXPECT_EQ(openai.back().add(R"({"line_item":null,"amount":{"value":2,"currency":"usd"}})", 100,
                              {}, report),
            "");
  const Figures& figures = report.models.at({100, "m"});
  EXPECT_EQ(figures.requests, WideInteger{2});
  EXPECT_EQ(figures.prompt_tokens, 10);
  EXPECT_EQ(figures.cost_nano_usd, WideInteger{500'000'000});
  EXPECT_EQ(report.other_nano_usd.at(100), 2'000'000'000);
  for (const char* each : {R"({"amount":7})", R"({"amount":{"value":1}})",
                           R"({"amount":{"value":null,"currency":"usd"}})"})
    EXPECT_NE(openai.back().add(each, 100, {}, report), "") << each;
}

}  // namespace
}  // namespace llmgw::collector
