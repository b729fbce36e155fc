// SPDX-License-Identifier: MIT
// Exchanges at random, and what must hold after each step.
#include "tests/lease_simulation/scenario.hpp"

#include <algorithm>

namespace llmgw::simulation {
namespace {

constexpr std::string_view rule = "t:team-a/limit";
constexpr double hot = 0.97;  // of the demand, at the proxy where it is now
constexpr double hot_for = 10;
constexpr double long_ago = 3'600;

double rate_of(const lease::HolderTerms& terms) {
  return static_cast<double>(terms.limit) / to_seconds(terms.period);
}

}  // namespace

lease::RuleTerms terms_for(const lease::HolderTerms& terms, double period_seconds) {
  using Kind = lease::HolderTerms::Kind;
  lease::RuleTerms made;
  made.goes_on = terms.on_outage != lease::OnOutage::closed;
  switch (terms.kind) {
    case Kind::rate: made.kind = lease::Rate{terms.limit, terms.period, terms.burst}; break;
    case Kind::slots: made.kind = lease::SlotTerms{terms.limit}; break;
    case Kind::budget:
      made.kind = lease::BudgetTerms{
          terms.limit,
          [length = static_cast<std::int64_t>(period_seconds)](std::chrono::sys_seconds at) {
            const std::int64_t now = at.time_since_epoch().count();
            const std::chrono::sys_seconds begin(std::chrono::seconds(now - now % length));
            return quota::Window{begin, begin + std::chrono::seconds(length)};
          }};
  }
  return made;
}

Run::Run(const Scenario& scenario, std::uint64_t seed)
    : scenario_(scenario),
      world_(seed),
      network_(scenario.network),
      totals_{Meter(scenario.bursts * static_cast<double>(scenario.terms.burst) + scenario.more,
                    scenario.rates * rate_of(scenario.terms)),
              Meter(static_cast<double>(scenario.terms.burst), rate_of(scenario.terms))},
      begin_(world_.now()),
      end_(begin_ + seconds(scenario.length)),
      rate_(rate_of(scenario.terms)),
      demand_(scenario.demand) {
  host_ = std::make_unique<Host>(
      world_, terms_for(scenario.terms, to_seconds(scenario.terms.period)), seconds(long_ago));
  for (std::size_t i = 0; i < scenario.nodes; ++i) {
    nodes_.push_back(std::make_unique<Node>(world_, network_, *host_, totals_, scenario.terms,
                                            "proxy-" + std::to_string(i)));
    const double before = weights_.empty() ? 0 : weights_.back();
    weights_.push_back(before + 1 / static_cast<double>(i + 1));
  }
  scenario.faults(*this);
  world_.after(seconds(1), [this] { arrive(); });
  world_.after(seconds(11), [this] { at_ten_ = totals_.real.sum(); });
}

void Run::add_host() {
  second_ = std::make_unique<Host>(
      world_, terms_for(scenario_.terms, to_seconds(scenario_.terms.period)), seconds(long_ago));
  for (std::size_t i = 0; i < nodes_.size(); i += 2) nodes_[i]->set_host(*second_);
}

void Run::every(double period, std::function<void()> what) {
  world_.after(seconds(period), [this, period, what] {
    what();
    if (world_.now() < end_) every(period, what);
  });
}

void Run::note(std::string fault) {
  constexpr std::size_t most = 5;
  if (outcome_.faults.size() < most)
    outcome_.faults.push_back(std::move(fault) + " at " +
                              std::to_string(to_seconds(world_.now() - begin_)) + " s");
}

std::size_t Run::choose() {
  const std::size_t count = nodes_.size();
  if (scenario_.pattern == Pattern::zipf) {
    const double at = world_.chance.part() * weights_.back();
    return static_cast<std::size_t>(std::upper_bound(weights_.begin(), weights_.end(), at) -
                                    weights_.begin());
  }
  if (scenario_.pattern == Pattern::moving && world_.chance.is(hot))
    return static_cast<std::size_t>(to_seconds(world_.now() - begin_) / hot_for) * 7 % count;
  return world_.chance.below(count);
}

void Run::arrive() {
  const double a_second = demand_ * rate_ / static_cast<double>(scenario_.mean);
  if (a_second > 0)
    nodes_[std::min(choose(), nodes_.size() - 1)]->arrive(scenario_.exchange(world_.chance));
  const Duration gap = a_second > 0 ? world_.chance.gap(a_second) : seconds(0.1);
  if (world_.now() + gap < end_) world_.after(gap, [this] { arrive(); });
}

// What is with proxies is looked at now and then only: there may be a thousand of them.
void Run::check() {
  using Kind = lease::HolderTerms::Kind;
  const bool is_rate = scenario_.terms.kind == Kind::rate;
  const auto state = host_->authority().state(rule);
  if (!state) return;
  if (is_rate && state->free + state->lent > state->most) note("free + lent > burst");
  constexpr std::uint64_t between = 256;
  if (!is_rate || second_ || ++steps_ % between != 0 || scenario_.mean != 1) return;
  Units held = 0;
  for (const auto& each : nodes_) held += each->held();
  if (state->free + held > state->most) note("free and what proxies hold are more than the burst");
}

Outcome Run::finish() {
  world_.run_until(end_ + seconds(1), [this] { check(); });
  const double length = scenario_.length - 11;
  const auto limit = static_cast<double>(scenario_.terms.limit);
  const auto asked = static_cast<double>(std::max<std::uint64_t>(1, totals_.asked));
  outcome_.worst_minute = static_cast<double>(totals_.real.worst_minute()) / limit;
  outcome_.use = static_cast<double>(totals_.real.sum() - at_ten_) / (rate_ * length);
  outcome_.wait_p50 = totals_.waits.percentile(0.5);
  outcome_.wait_p99 = totals_.waits.percentile(0.99);
  outcome_.syncs = static_cast<double>(totals_.syncs) / asked;
  outcome_.refused = static_cast<double>(totals_.refused) / asked;
  outcome_.worst =
      totals_.real.worst() / static_cast<double>(std::max<Units>(1, scenario_.terms.burst));
  if (scenario_.is_bounded && totals_.meter.excess() > 0)
    note("more was admitted than the bound, by " + std::to_string(totals_.meter.excess()) +
         " units, before");
  if (scenario_.least_use > 0 && outcome_.use < scenario_.least_use)
    note("only " + std::to_string(outcome_.use) + " of the limit was used");
  if (outcome_.refused > scenario_.most_refused)
    note(std::to_string(outcome_.refused) + " were refused");
  return std::move(outcome_);
}

}  // namespace llmgw::simulation
