// SPDX-License-Identifier: MIT
// A borrower, and a collector on loopback that lends or does what a test says.
#include "proxy/lease/borrower.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/io_context.hpp>

#include "common/http/router.hpp"
#include "lease/authority.hpp"
#include "lease/rule_terms.hpp"
#include "tests/unit/common/http/endpoint_loopback.hpp"

namespace llmgw::proxy {
namespace {

using namespace std::chrono_literals;
using lease::Contact;
using quota::Balance;
using quota::Lent;
using quota::LimitRule;
using quota::Stance;
using quota::Unit;
using quota::Units;

std::shared_ptr<const quota::RuleSet> rules(Units burst = 10,
                                            quota::OnOutage policy = quota::OnOutage::closed) {
  const LimitRule rpm{.id = "rpm",
                      .limit = 600,
                      .burst = burst,
                      .period = {quota::Period::Kind::rolling, 1min, {}},
                      .on_outage = policy};
  const LimitRule par{.id = "par", .unit = Unit::concurrency, .limit = 3, .burst = 3};
  return std::make_shared<const quota::RuleSet>(
      quota::LimitSettings{.tenants = {{.name = "*", .limits = {rpm, par}}}});
}

/// What it says is made on its own loop.
class FakeLender {
 public:
  FakeLender() {
    router_.add("POST", "/of/limits/v1/sync",
                [this](http::EndpointExchange& exchange) { return take(exchange); });
  }
  HttpUrl url() const {
    return *parse_http_url("http://127.0.0.1:" + std::to_string(server_.port) + "/of");
  }
  std::size_t requests() const { return requests_; }
  std::string authorization() {
    return server_.on_loop([this] { return authorization_; });
  }
  lease::Authority::RuleState state(std::string_view id) {
    return server_.on_loop(
        [this, id] { return authority_.state(id).value_or(lease::Authority::RuleState{}); });
  }
  std::size_t proxies() {
    return server_.on_loop([this] { return authority_.counts(now()).proxies; });
  }
  /// Empty: it lends.
  void say(int status, std::string text) {
    server_.on_loop([&] {
      status_ = status;
      text_ = std::move(text);
      return true;
    });
  }

 private:
  static lease::Instant now() { return std::chrono::steady_clock::now(); }
  Task<void> take(http::EndpointExchange& exchange) {
    authorization_ = exchange.head().value("Authorization");
    const auto body = co_await exchange.read_body(lease::most_bytes);
    if (body.has_error()) co_return;
    ++requests_;
    std::string text = text_;
    if (text.empty()) {
      const auto request = lease::decode_request(*body);
      auto outcome = authority_.sync(*request, now(), {});
      text = lease::encode(outcome->answer);
    }
    co_await exchange.reply(status_, {}, text);
  }

  std::shared_ptr<const quota::RuleSet> rules_ = rules();
  lease::Authority authority_{{.name = "authority", .ttl = 2s},
                              [this](std::string_view id) -> std::optional<lease::RuleTerms> {
                                const LimitRule* rule = rules_->rule_of(id);
                                if (rule == nullptr) return std::nullopt;
                                return lease::rule_terms(*rule);
                              },
                              now() - 1h};
  std::string authorization_;
  int status_ = 200;
  std::string text_;
  std::atomic<std::size_t> requests_{0};
  http::Router router_;
  http::EndpointLoopback server_{router_, {.head = 60s, .idle = 60s}};
};

class BorrowerTest : public testing::Test {
 protected:
  void TearDown() override {
    if (!is_drained_) drain();
  }

  void make(std::shared_ptr<const quota::RuleSet> set = rules()) {
    borrower_.emplace(loop_, lender_.url(), 2, [this](std::size_t worker) {
      looks_.push_back(worker);
      loop_.post([this] { borrower_->looked(); });
    });
    borrower_->use(std::move(set), "hash");
  }
  void drain() {
    borrower_->drain([this] { is_drained_ = true; });
    turn_until([this] { return is_drained_; });
    for (int i = 0; i < 5; ++i) loop_.context().run_one_for(5ms);  // what was under way ends
  }
  // As the app's turns.
  template <class Condition>
  void turn_until(Condition condition) {
    const auto limit = std::chrono::steady_clock::now() + 20s;
    auto next = std::chrono::steady_clock::now();
    while (!condition() && std::chrono::steady_clock::now() < limit) {
      loop_.context().run_one_for(10ms);
      if (std::chrono::steady_clock::now() < next || is_drained_) continue;
      borrower_->tick();
      next = std::chrono::steady_clock::now() + 50ms;
    }
    EXPECT_TRUE(condition());
  }

  FakeLender lender_;
  Loop loop_{10ms};
  std::optional<Borrower> borrower_;
  std::vector<std::size_t> looks_;
  Balance rpm_, par_;
  Lent lent_{"t:a/rpm", Unit::requests, rpm_, 10};
  Lent slots_{"t:a/par", Unit::concurrency, par_, 3};
  bool is_drained_ = false;
};

TEST_F(BorrowerTest, BorrowsWhatIsWaitedFor) {
  make();
  borrower_->authorize(Secret("Bearer token"));
  borrower_->take(1, {{&lent_, 4}, {&slots_, 1}});
  turn_until([&] { return rpm_.units() >= 4 && par_.units() >= 1; });
  // The other worker has nobody who waits.
  EXPECT_EQ(std::count(looks_.begin(), looks_.end(), 1U), std::ssize(looks_));
  borrower_->take(1, {{&lent_, -4}, {&slots_, -1}});
  EXPECT_EQ(lender_.authorization(), "Bearer token");
  EXPECT_EQ(lender_.state("t:a/rpm").lent, rpm_.units());
  EXPECT_EQ(lent_.state.remaining(), 10 - rpm_.units());
  EXPECT_EQ(borrower_->counts().syncs[0].value(), lender_.requests());
}

TEST_F(BorrowerTest, AsksNotAgainBeforeAllHaveLooked) {
  make();
  borrower_->take(0, {{&lent_, 4}});
  turn_until([&] { return rpm_.units() >= 4; });
  rpm_.take(4);
  borrower_->take(0, {{&lent_, -4}});
  turn_until([&] { return borrower_->counts().syncs[0].value() == lender_.requests(); });
  EXPECT_EQ(lender_.state("t:a/rpm").free, 6);
}

TEST_F(BorrowerTest, HasAllLookAgainAfterARefusal) {
  make();
  borrower_->take(0, {{&lent_, 8}});
  turn_until([&] { return rpm_.units() >= 8; });
  rpm_.take(8);
  borrower_->take(0, {{&lent_, -8}});
  borrower_->take(1, {{&lent_, 9}});
  turn_until([&] { return lent_.state.stance() == Stance::refuse; });
  EXPECT_EQ(looks_.back(), 1U);
  EXPECT_GT(lent_.state.free_at(), std::chrono::steady_clock::now());
  borrower_->take(1, {{&lent_, 1}});  // it began to wait just before that
  EXPECT_EQ(looks_.back(), 1U);
  borrower_->take(1, {{&lent_, -9}, {&lent_, -1}});
}

TEST_F(BorrowerTest, GoesOnByItselfWithoutAnswers) {
  make(rules(10, quota::OnOutage::open));
  for (const auto& [status, text, result] :
       {std::tuple(503, "{}", SyncResult::refused), std::tuple(401, "{}", SyncResult::unauthorized),
        std::tuple(200, "{}", SyncResult::malformed)}) {
    lender_.say(status, text);
    borrower_->take(0, {{&lent_, 4}});
    turn_until([&] { return borrower_->contact() == Contact::away; });
    EXPECT_EQ(lent_.state.stance(), Stance::charge);
    EXPECT_GE(borrower_->counts().syncs[static_cast<std::size_t>(result)].value(), 3U);
    // One that comes now needs no answer.
    Balance other_balance;
    Lent other("t:b/rpm", Unit::requests, other_balance, 10);
    looks_.clear();
    borrower_->take(1, {{&other, 1}});
    EXPECT_EQ(other.state.stance(), Stance::charge);
    EXPECT_EQ(looks_, std::vector<std::size_t>{1});
    borrower_->take(1, {{&other, -1}});
    borrower_->forget(other);
    borrower_->take(0, {{&lent_, -4}});
    lender_.say(200, {});
    turn_until([&] { return borrower_->contact() == Contact::ok; });
    turn_until([&] { return lent_.state.stance() == Stance::ask; });
  }
}

TEST_F(BorrowerTest, HandsAllBackInTheEnd) {
  make();
  borrower_->take(0, {{&lent_, 4}, {&slots_, 2}});
  turn_until([&] { return rpm_.units() >= 4 && par_.units() >= 2; });
  borrower_->take(0, {{&lent_, -4}, {&slots_, -2}});
  rpm_.take(1);
  drain();
  EXPECT_EQ(rpm_.units(), 0);
  EXPECT_EQ(par_.units(), 0);
  EXPECT_EQ(lender_.state("t:a/rpm").lent, 0);
  EXPECT_EQ(lender_.state("t:a/par").lent, 0);
  EXPECT_EQ(lender_.proxies(), 0U);
}

TEST_F(BorrowerTest, EndsAlsoWhereNobodyAnswers) {
  for (const bool is_hurried : {false, true}) {
    make();
    lender_.say(503, "{}");
    if (is_hurried) borrower_->hurry();
    const auto begun = std::chrono::steady_clock::now();
    is_drained_ = false;
    drain();
    const auto taken = std::chrono::steady_clock::now() - begun;
    EXPECT_GE(taken, is_hurried ? Borrower::hurried_drain_time : Borrower::drain_time);
    EXPECT_LT(taken, 10s);
  }
}

TEST_F(BorrowerTest, HurriesWhileItDrains) {
  make();
  lender_.say(503, "{}");
  borrower_->drain([this] { is_drained_ = true; });
  borrower_->hurry();
  const auto begun = std::chrono::steady_clock::now();
  turn_until([this] { return is_drained_; });
  EXPECT_LT(std::chrono::steady_clock::now() - begun, Borrower::drain_time);
  for (int i = 0; i < 5; ++i) loop_.context().run_one_for(5ms);
}

TEST_F(BorrowerTest, HandsBackWhatARuleHadThatIsGone) {
  make();
  borrower_->take(0, {{&lent_, 4}});
  turn_until([&] { return rpm_.units() >= 4; });
  borrower_->take(0, {{&lent_, -4}});
  borrower_->use(std::make_shared<const quota::RuleSet>(quota::LimitSettings{}), "other");
  EXPECT_EQ(rpm_.units(), 0);
  turn_until([&] { return lender_.state("t:a/rpm").lent == 0; });
  borrower_->take(0, {{&lent_, 1}});  // by earlier settings
  EXPECT_EQ(lent_.state.stance(), Stance::charge);
  borrower_->take(0, {{&lent_, -1}});
}

TEST_F(BorrowerTest, GoesOverToAnotherBalanceOfThatName) {
  make();
  borrower_->take(0, {{&lent_, 4}});
  turn_until([&] { return rpm_.units() >= 4; });
  borrower_->take(0, {{&lent_, -4}});
  rpm_.take_up_to(10);
  rpm_.give(-2);  // used beyond what was reserved
  Balance balance;
  {
    Lent next("t:a/rpm", Unit::requests, balance, 10);
    borrower_->take(0, {{&next, 1}});
    EXPECT_EQ(rpm_.units(), 0);
    EXPECT_EQ(balance.units(), -2);
    turn_until([&] { return balance.units() >= 1; });
    borrower_->take(0, {{&next, -1}});
    borrower_->forget(lent_);  // is not meant
    EXPECT_GE(balance.units(), 1);
    borrower_->forget(next);
    EXPECT_EQ(balance.units(), 0);
  }
  turn_until([&] { return lender_.state("t:a/rpm").lent == 0; });
}

}  // namespace
}  // namespace llmgw::proxy
