// SPDX-License-Identifier: MIT
// Names of models, and what is said of differences.
#include "collector/reconcile/compare.hpp"

#include <gtest/gtest.h>

#include "collector/reconcile/report_text.hpp"

namespace llmgw::collector {
namespace {

constexpr DayNumber day = 20'000;
constexpr std::int64_t later = (day + 30) * 86'400'000;

Figures figures(std::int64_t requests, std::int64_t prompt, std::int64_t completion) {
  Figures made;
  made.requests = requests;
  made.prompt_tokens = prompt;
  made.completion_tokens = completion;
  return made;
}

CompareTerms terms(std::int64_t now = later) {
  CompareTerms made;
  made.now = now;
  return made;
}

ComparedRow one(const OurFigures& ours, const Figures& theirs, const CompareTerms& how = terms()) {
  TheirReport report;
  report.models[{day, "m"}] = theirs;
  const Comparison comparison = compare({{{day, "m"}, ours}}, report, how);
  EXPECT_EQ(comparison.rows.size(), 1U);
  return comparison.rows.front();
}

TEST(WithoutSnapshot, LeavesTheName) {
  constexpr std::pair<const char*, const char*> cases[] = {
      {"gpt-4o-2024-08-06", "gpt-4o"},
      {"claude-sonnet-4-20250514", "claude-sonnet-4"},
      {"gpt-4o-latest", "gpt-4o"},
      {"gpt-4o-mini", "gpt-4o-mini"},
      {"gpt-4-0613", "gpt-4-0613"},
      {"m-12345678", "m-12345678"},
      {"-2024-08-06", "-2024-08-06"},
      {"-latest", "-latest"},
      {"", ""}};
  for (const auto& [model, name] : cases) EXPECT_EQ(without_snapshot(model), name) << model;
}

TEST(Compare, ToleratesByShareAndAFewTokens) {
  const auto verdict = [](std::int64_t prompt, std::uint64_t tolerance) {
    CompareTerms how = terms();
    how.tolerance = tolerance;
    return one({.figures = figures(5, prompt, 10)}, figures(5, 100'000, 10), how).verdict;
  };
  EXPECT_EQ(verdict(100'000, 0), Verdict::match);
  EXPECT_EQ(verdict(99'990, 0), Verdict::match);
  EXPECT_EQ(verdict(99'989, 0), Verdict::ours_less);
  EXPECT_EQ(verdict(100'011, 0), Verdict::ours_more);
  EXPECT_EQ(verdict(99'900, 100'000), Verdict::match);
  EXPECT_EQ(verdict(99'899, 100'000), Verdict::ours_less);
  EXPECT_EQ(verdict(50'000, 50'000'000), Verdict::match);
}

TEST(Compare, KnowsNoOverflow) {
  OurFigures ours{.figures = figures(1, std::int64_t{1} << 62, 0)};
  EXPECT_EQ(one(ours, ours.figures).verdict, Verdict::match);
  EXPECT_EQ(one(ours, figures(1, 0, 0)).verdict, Verdict::ours_more);
}

TEST(Compare, ExplainsByWhatTellsNothing) {
  // Ten that told 100 each: one that told nothing may have had 3 times as many.
  OurFigures ours{.figures = figures(11, 1'000, 0), .no_usage = 1};
  EXPECT_EQ(one(ours, figures(11, 1'300, 0)).verdict, Verdict::explained);
  EXPECT_EQ(one(ours, figures(11, 1'400, 0)).verdict, Verdict::ours_less);
  EXPECT_EQ(one(ours, figures(11, 900, 0)).verdict, Verdict::ours_more);
  // Where nobody tells anything it may be all.
  EXPECT_EQ(one({.figures = figures(3, 0, 0), .no_usage = 3}, figures(3, 90'000, 500)).verdict,
            Verdict::explained);
}

TEST(Compare, WaitsUntilReportsAreFinal) {
  const OurFigures ours{.figures = figures(1, 500, 0)};
  const Figures theirs = figures(2, 1'000, 0);
  const std::int64_t settled = (day + 1) * 86'400'000 + settling_time;
  EXPECT_EQ(one(ours, theirs, terms(settled - 1)).verdict, Verdict::unsettled);
  EXPECT_EQ(one(ours, theirs, terms(settled)).verdict, Verdict::ours_less);
  EXPECT_EQ(one(ours, ours.figures, terms(settled - 1)).verdict, Verdict::match);
}

TEST(Compare, ListsModelsOfOneSide) {
  TheirReport theirs;
  theirs.models[{day, "theirs"}] = figures(1, 500, 5);
  const Comparison comparison =
      compare({{{day, "ours"}, {.figures = figures(1, 500, 5)}}}, theirs, terms());
  ASSERT_EQ(comparison.rows.size(), 2U);
  EXPECT_EQ(comparison.rows[0].verdict, Verdict::ours_more);
  EXPECT_EQ(comparison.rows[1].verdict, Verdict::ours_less);
  EXPECT_FALSE(comparison.rows[0].is_matched() || comparison.rows[1].is_matched());
  EXPECT_EQ(worst_of(comparison.rows), Verdict::ours_less);
  const Comparison alone = compare({{{day, "ours"}, {.figures = figures(1, 500, 5)}}}, {}, terms());
  EXPECT_EQ(alone.rows.front().verdict, Verdict::no_data);
}

TEST(Compare, LooksAtCostsThatBothKnow) {
  OurFigures ours{.figures = figures(1, 500, 5)};
  ours.figures.cost_nano_usd = 1'000'000'000;
  Figures theirs = figures(1, 500, 5);
  EXPECT_EQ(one(ours, theirs).verdict, Verdict::match);
  theirs.cost_nano_usd = 1'009'000'000;  // less than a cent
  EXPECT_EQ(one(ours, theirs).verdict, Verdict::match);
  theirs.cost_nano_usd = 1'100'000'000;
  EXPECT_EQ(one(ours, theirs).because, std::vector<std::string>{"cost"});
  EXPECT_EQ(one(ours, theirs).verdict, Verdict::ours_less);
  ours.unpriced = 1;
  EXPECT_EQ(one(ours, theirs).verdict, Verdict::explained);
}

TEST(Compare, TakesModelsThatAreAskedFor) {
  CompareTerms how = terms();
  how.models = {"gpt-*"};
  const OurReport ours{{{day, "gpt-4o"}, {}}, {{day, "llama"}, {}}};
  EXPECT_EQ(compare(ours, {}, how).rows.size(), 1U);
}

TEST(ReportText, SaysTheSameInEachForm) {
  const ReportHead head{Reporter::openai, {day, day + 2}, "projects=a", 100'000, later};
  TheirReport theirs;
  theirs.models[{day, "gpt-4o-2024-08-06"}] = figures(2, 1'000, 10);
  theirs.other_nano_usd[day + 1] = 1'500'000'000;
  const Comparison comparison =
      compare({{{day, "gpt-4o"}, {.figures = figures(1, 500, 5), .unpriced = 1}}}, theirs, terms());
  EXPECT_EQ(comparison_text(head, comparison),
            "openai, tolerance 0.1%, projects=a\n"
            "2024-10-04: ours_less\n"
            "  ours_less  gpt-4o  because of requests, prompt_tokens\n"
            "    requests: ours 1, theirs 2, difference -1\n"
            "    prompt tokens: ours 500, theirs 1000, difference -500\n"
            "    completion tokens: ours 5, theirs 10, difference -5\n"
            "    ours without usage 0, broken off 0, without a cost 1\n"
            "2024-10-05: nothing\n"
            "  theirs beside models: 1.5 USD\n");
  EXPECT_EQ(
      comparison_csv(head, comparison),
      "provider,day,model,verdict,because,matched,ours_requests,ours_prompt_tokens,"
      "ours_cached_tokens,ours_cache_write_tokens,ours_completion_tokens,ours_cost_micro_usd,"
      "theirs_requests,theirs_prompt_tokens,theirs_cached_tokens,theirs_cache_write_tokens,"
      "theirs_completion_tokens,theirs_cost_micro_usd,no_usage_requests,aborted_requests,"
      "unpriced_requests\r\n"
      "openai,2024-10-04,gpt-4o,ours_less,requests prompt_tokens,true,1,500,0,0,5,,2,1000,0,0,"
      "10,,0,0,1\r\n");
  EXPECT_NE(comparison_json(head, comparison).find(R"("verdict":"ours_less","days":[{)"),
            std::string::npos);
  EXPECT_NE(
      day_json(head, comparison, day + 1).find(R"("other_cost_micro_usd":1500000,"items":[]})"),
      std::string::npos);
}

}  // namespace
}  // namespace llmgw::collector
