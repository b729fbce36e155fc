// SPDX-License-Identifier: MIT
// Whole requests with a ledger on disk: none is answered before what it lends is written.
#include "collector/lease/lender.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <filesystem>

#include "collector/lease/metrics.hpp"
#include "tests/support/file_size_limit.hpp"

namespace llmgw::collector {
namespace {

namespace fs = std::filesystem;

quota::LimitSettings limits(lease::Units budget = 1'000) {
  quota::LimitSettings made;
  const quota::LimitRule day{
      .id = "day", .limit = budget, .period = {quota::Period::Kind::day, {}, "UTC"}};
  const quota::LimitRule slots{
      .id = "par", .unit = quota::Unit::concurrency, .limit = 5, .burst = 5};
  made.tenants = {{.name = "*", .limits = {day, slots}}};
  made.defaults.lease_ttl = std::chrono::milliseconds(1);  // so that it lends at once
  return made;
}

class LenderTest : public testing::Test {
 protected:
  LenderTest() { fs::remove_all(folder_); }
  ~LenderTest() override {
    lender_.reset();
    fs::remove_all(folder_);
  }

  void make(bool has_ledger = true) {
    lender_.reset();
    std::unique_ptr<Ledger> ledger;
    if (has_ledger) ledger = std::move(*Ledger::open(folder_));
    lender_.emplace(*loop_, limits(), "hash", std::move(ledger));
    ASSERT_TRUE(lender_->load());
  }
  void ask(std::string body) {
    answers_.emplace_back();
    ++open_;
    spawn(ask_into(answers_.size() - 1, std::move(body)));
  }
  // Until all that were asked are answered.
  void run() {
    while (open_ > 0) loop_->context().run_one();
  }
  static std::string request(std::string_view proxy, int seq, std::string_view rules) {
    return R"({"proxy":")" + std::string(proxy) + R"(","seq":)" + std::to_string(seq) +
           R"(,"policy":"hash","rules":[)" + std::string(rules) + "]}";
  }
  std::string answer_to(std::string body) {
    ask(std::move(body));
    run();
    return answers_.back().text;
  }

  const std::string folder_ = testing::TempDir() + "lender_test";
  std::optional<Loop> loop_{std::in_place, std::chrono::milliseconds(10)};
  std::optional<Lender> lender_;
  std::vector<Lender::Answer> answers_;

 private:
  Task<void> ask_into(std::size_t index, std::string body) {
    Lender::Answer answer = co_await lender_->sync(std::move(body));
    answers_[index] = std::move(answer);
    --open_;
  }

  int open_ = 0;
};

TEST_F(LenderTest, AnswersThatLendOfABudgetWaitForOneWrite) {
  make();
  ask(request("p", 1, R"({"id":"t:a/day","pending":10})"));
  ask(request("q", 1, R"({"id":"t:a/day","pending":20})"));
  ask(request("r", 1, R"({"id":"t:b/day","pending":30})"));
  EXPECT_EQ(lender_->counts().answered, 0u);  // the first is being written, the others wait
  run();
  EXPECT_EQ(lender_->counts().answered, 3u);
  EXPECT_EQ(lender_->counts().writes, 2u);
  for (const auto& each : answers_) EXPECT_EQ(each.status, 200);
  EXPECT_NE(answers_[1].text.find(R"("grant":20)"), std::string::npos) << answers_[1].text;
  lender_.reset();
  const auto entries = (*Ledger::open(folder_))->load();
  ASSERT_EQ(entries->size(), 2u);
  EXPECT_EQ((*entries)[0].budget.taken, 30);
}

TEST_F(LenderTest, AnswersAtOnceWhatLendsOfNoBudget) {
  make();
  ask(request("p", 1, R"({"id":"t:a/par"},{"id":"t:a/none"})"));
  EXPECT_EQ(lender_->counts().answered, 1u);
  EXPECT_EQ(lender_->counts().unknown_rules, 1u);
  EXPECT_EQ(lender_->counts().policy_mismatches, 0u);
}

TEST_F(LenderTest, SaysWhatIsWrong) {
  make();
  ask("{}");
  EXPECT_EQ(answers_[0].status, 400);
  EXPECT_EQ(answers_[0].text, "This is no request of a proxy: there is no `proxy`.");
  ask(request("p", 2, ""));
  ask(request("p", 2, ""));
  EXPECT_EQ(answers_[2].status, 409);
  EXPECT_EQ(lender_->counts().malformed + lender_->counts().late, 2u);
}

TEST_F(LenderTest, LendsNothingThatCannotBeWrittenAndGoesOnOnceItCan) {
  make();
  answer_to(request("p", 1, R"({"id":"t:a/day","pending":10})"));
  {
    const FileSizeLimit full(
        fs::file_size(folder_ + "/" + Ledger::file_name + std::string("-wal")));
    const std::string refused =
        answer_to(request("p", 2, R"({"id":"t:a/day","got":10,"used":10,"pending":10})"));
    EXPECT_NE(refused.find(R"("grant":0)"), std::string::npos) << refused;
    EXPECT_NE(refused.find(R"("refused":true)"), std::string::npos) << refused;
    EXPECT_FALSE(lender_->is_healthy());
  }
  const std::string lent =
      answer_to(request("p", 3, R"({"id":"t:a/day","got":10,"used":10,"pending":10})"));
  EXPECT_NE(lent.find(R"("grant":10)"), std::string::npos) << lent;
  EXPECT_TRUE(lender_->is_healthy());
  EXPECT_EQ(lender_->counts().failed_writes, 1u);
  EXPECT_EQ(lender_->authority().budgets()[0].taken, 20);
}

TEST_F(LenderTest, ForgetsNoMoneyInARestart) {
  make();
  answer_to(request("p", 1, R"({"id":"t:a/day","pending":990})"));
  make();
  EXPECT_EQ(lender_->authority().budgets()[0].taken, 990);
  const std::string answer = answer_to(request("q", 1, R"({"id":"t:a/day","pending":11})"));
  EXPECT_NE(answer.find(R"("grant":0,"remaining":10)"), std::string::npos) << answer;
}

TEST_F(LenderTest, WithoutALedgerNoBudgetIsLent) {
  make(false);
  ask(request("p", 1, R"({"id":"t:a/day","pending":10})"));
  EXPECT_NE(answers_[0].text.find(R"("refused":true)"), std::string::npos);
  lender_->start();
  lender_->stop();
}

TEST_F(LenderTest, WritesWhatIsLeftAtItsEnd) {
  make();
  lender_->start();
  answer_to(request("p", 1, R"({"id":"t:a/day","pending":10})"));
  ask(request("p", 2, R"({"id":"t:a/day","got":10,"back":10})"));
  lender_->stop();
  make();
  EXPECT_EQ(lender_->authority().budgets()[0].taken, 0);
}

TEST_F(LenderTest, TakesOtherLimits) {
  make();
  answer_to(request("p", 1, R"({"id":"t:a/day","pending":10})"));
  lender_->set_limits(limits(12), "other");
  const std::string answer = answer_to(request("q", 1, R"({"id":"t:a/day","pending":3})"));
  EXPECT_NE(answer.find(R"("grant":0,"remaining":2)"), std::string::npos) << answer;
  EXPECT_EQ(lender_->counts().policy_mismatches, 1u);
}

TEST_F(LenderTest, TellsItsMetrics) {
  make();
  answer_to(request("p", 1, R"({"id":"t:a/b/day","pending":250})"));
  LeaseEndpoint endpoint(*lender_);
  std::vector<Metric> metrics;
  append_lease_metrics(*lender_, endpoint, metrics);
  const std::string text = prometheus_text(metrics);
  for (const char* line : {"llmgw_collector_lease_syncs_total{result=\"ok\"} 1\n",
                           "llmgw_collector_lease_syncs_total{result=\"unauthorized\"} 0\n",
                           "llmgw_collector_lease_proxies 1\n", "llmgw_collector_lease_rules 1\n",
                           "llmgw_collector_lease_ledger_writes_total{result=\"ok\"} 1\n",
                           "llmgw_budget_spent_ratio{tenant=\"a/b\",rule=\"day\"} 0.25\n"})
    EXPECT_NE(text.find(line), std::string::npos) << line << text;
}

}  // namespace
}  // namespace llmgw::collector
