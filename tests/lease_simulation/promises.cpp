// SPDX-License-Identifier: MIT
// Each scenario with the bound that is promised for it.
#include "tests/lease_simulation/promises.hpp"

namespace llmgw::simulation {
namespace {

using lease::HolderTerms;
using lease::OnOutage;
using Kind = HolderTerms::Kind;

HolderTerms requests(OnOutage on_outage = OnOutage::closed, Units limit = 6'000,
                     Units burst = 1'000) {
  return {.kind = Kind::rate,
          .limit = limit,
          .burst = burst,
          .period = std::chrono::minutes(1),
          .on_outage = on_outage};
}

void restart(Run& run, double at) {
  run.world().after(seconds(at), [&run] { run.host().restart(); });
}

void cut_all(Run& run, double from, double length) {
  run.world().after(seconds(from), [&run, length] {
    for (auto& each : run.nodes()) each->cut_off(run.world().now() + seconds(length));
  });
}

// Each second some proxies are cut off for a while and some are killed.
void harm(Run& run, double cut, double killed) {
  run.every(1, [&run, cut, killed] {
    Chance& chance = run.world().chance;
    for (auto& each : run.nodes()) {
      if (chance.is(cut)) each->cut_off(run.world().now() + seconds(chance.between(1, 6)));
      if (chance.is(killed)) each->kill();
    }
  });
}

Network bad_network() { return {.lost = 0.02, .repeated = 0.01, .late = 0.01, .very_late = 0.002}; }

void add_normal(std::vector<Scenario>& all, bool is_long) {
  const auto add = [&](std::string name, std::size_t nodes, Pattern pattern, double least_use) {
    all.push_back({.name = std::move(name),
                   .nodes = nodes,
                   .pattern = pattern,
                   .length = is_long ? 120.0 : 70.0,
                   .terms = requests(),
                   .least_use = least_use});
  };
  for (const std::size_t nodes : {1U, 3U, 10U, 50U, 100U, 1000U})
    add("even, 3 x the limit", nodes, Pattern::even, 0.97);
  for (const std::size_t nodes : {10U, 100U})
    add("Zipf, 3 x the limit", nodes, Pattern::zipf, 0.97);
  for (const std::size_t nodes : {10U, 100U})
    add("one hot proxy, another every 10 s, 3 x", nodes, Pattern::moving, 0.97);
  for (const std::size_t nodes : {10U, 100U})
    all.push_back({.name = "small limit (60 a minute, burst 10), 3 x",
                   .nodes = nodes,
                   .length = is_long ? 300.0 : 130.0,
                   .terms = requests(OnOutage::closed, 60, 10),
                   .least_use = 0.9});
  for (const std::size_t nodes : {1U, 10U, 100U, 1000U})
    all.push_back({.name = "Zipf, 0.8 x the limit",
                   .nodes = nodes,
                   .pattern = Pattern::zipf,
                   .demand = 0.8,
                   .terms = requests(),
                   .most_refused = 0.001});
}

void add_tokens(std::vector<Scenario>& all) {
  for (const std::size_t nodes : {1U, 10U, 100U})
    all.push_back({.name = "tokens: 1M a minute, streams of 5 s, 3 x",
                   .nodes = nodes,
                   .terms = requests(OnOutage::closed, 1'000'000, 1'000'000),
                   .exchange =
                       [](Chance& chance) {
                         const auto used = static_cast<Units>(chance.lognormal(1'500, 0.8)) + 1;
                         return Exchange{1'500, used, seconds(chance.between(2, 8))};
                       },
                   .mean = 1'500});
}

void add_faults(std::vector<Scenario>& all) {
  for (const std::size_t nodes : {10U, 100U})
    all.push_back({.name = "faults: loss, repeats, late words, cuts, kills, 3 x",
                   .nodes = nodes,
                   .terms = requests(),
                   .network = bad_network(),
                   .faults = [](Run& run) { harm(run, 0.02, 0.005); },
                   .least_use = 0.9});
  for (const std::size_t nodes : {10U, 100U})
    all.push_back({.name = "the same, 0.8 x",
                   .nodes = nodes,
                   .demand = 0.8,
                   .terms = requests(),
                   .network = bad_network(),
                   .faults = [](Run& run) { harm(run, 0.02, 0.005); }});
  for (const std::size_t nodes : {1U, 10U, 100U})
    all.push_back({.name = "collector restarted at 30 s, 3 x",
                   .nodes = nodes,
                   .terms = requests(),
                   .faults = [](Run& run) { restart(run, 30); }});
  all.push_back({.name = "collector restarted every 5 s, `share`, 3 x",
                 .nodes = 10,
                 .terms = requests(OnOutage::share),
                 .network = bad_network(),
                 .faults = [](Run& run) { run.every(5, [&run] { run.host().restart(); }); },
                 .more = 5});
  all.push_back({.name = "two collectors by mistake",
                 .nodes = 10,
                 .terms = requests(),
                 .faults = [](Run& run) { run.add_host(); },
                 .bursts = 2,
                 .rates = 2});
  all.push_back({.name = "proxies drained and replaced, one a second",
                 .nodes = 10,
                 .terms = requests(),
                 .faults = [](Run& run) {
                   run.every(1, [&run] {
                     Node& node = *run.nodes()[run.world().chance.below(run.nodes().size())];
                     node.drain();
                     run.world().after(seconds(0.1), [&node] { node.kill(); });
                   });
                 }});
}

// A part of a rate is filled in every 50 ms, so that much may be there late.
constexpr double one_tick = 5;

void add_away(std::vector<Scenario>& all) {
  for (const OnOutage each : {OnOutage::closed, OnOutage::share})
    for (const std::size_t nodes : {1U, 10U, 100U})
      all.push_back({.name = each == OnOutage::closed
                                 ? "collector away from 20 s to 50 s, `closed`, 3 x"
                                 : "collector away from 20 s to 50 s, `share`, 3 x",
                     .nodes = nodes,
                     .terms = requests(each),
                     .faults = [](Run& run) { cut_all(run, 20, 30); },
                     .more = one_tick});
  all.push_back({.name = "idle while away, busy as it comes back, `share`",
                 .nodes = 10,
                 .demand = 0.01,
                 .terms = requests(OnOutage::share),
                 .faults =
                     [](Run& run) {
                       cut_all(run, 20, 30);
                       run.world().after(seconds(48), [&run] { run.set_demand(20); });
                     },
                 .more = one_tick});
  all.push_back({.name = "collector away from 20 s to 50 s, `open`, 3 x",
                 .nodes = 10,
                 .terms = requests(OnOutage::open),
                 .faults = [](Run& run) { cut_all(run, 20, 30); },
                 .is_bounded = false});
  all.push_back({.name = "3 of 10 proxies cut off and alive, `share`",
                 .nodes = 10,
                 .terms = requests(OnOutage::share),
                 .faults =
                     [](Run& run) {
                       run.world().after(seconds(20), [&run] {
                         for (std::size_t i = 0; i < 3; ++i)
                           run.nodes()[i]->cut_off(run.world().now() + seconds(30));
                       });
                     },
                 .bursts = 1.3,
                 .rates = 1.3,
                 .more = one_tick});
}

// No more in use than there are, but by proxies that were out of touch for as long as a lease
// lasts.
void check_slots(Run& run, Units capacity) {
  run.every(0.01, [&run, capacity] {
    Units in_use = 0;
    for (auto& each : run.nodes())
      if (!each->has_old_slots()) in_use += each->in_use();
    if (in_use > capacity) run.note("more slots are in use than there are");
  });
}

void add_slots(std::vector<Scenario>& all) {
  const HolderTerms terms{.kind = Kind::slots, .limit = 50, .on_outage = OnOutage::closed};
  const auto exchange = [](Chance& chance) {
    return Exchange{1, 0, seconds(chance.between(0.1, 3))};
  };
  for (const std::size_t nodes : {1U, 3U, 50U})
    all.push_back({.name = "concurrency 50, streams of up to 3 s",
                   .nodes = nodes,
                   .demand = 100,
                   .terms = terms,
                   .exchange = exchange,
                   .faults = [](Run& run) { check_slots(run, 50); },
                   .is_bounded = false});
  all.push_back({.name = "the same, loss, kills, collector restarted every 7 s",
                 .nodes = 10,
                 .demand = 100,
                 .terms = terms,
                 .exchange = exchange,
                 .network = {.lost = 0.02, .repeated = 0.01, .late = 0.01},
                 .faults =
                     [](Run& run) {
                       check_slots(run, 50);
                       harm(run, 0, 0.02);
                       run.every(7, [&run] { run.host().restart(); });
                     },
                 .is_bounded = false});
}

// In each window no more than the budget, what exchanges used beyond what they reserved, and the
// allowance.
void check_budget(Run& run, Units budget, Units allowance) {
  struct State {
    std::int64_t window = -1;
    Units spent = 0;
    Units debt = 0;
  };
  auto state = std::make_shared<State>();
  run.every(0.001, [&run, state, budget, allowance] {
    const std::int64_t window = run.host().wall().time_since_epoch().count() / 20'000;
    if (window != state->window) *state = {window, run.totals().meter.sum(), run.totals().debt};
    const Units spent = run.totals().meter.sum() - state->spent;
    if (spent > budget + run.totals().debt - state->debt + allowance)
      run.note("the budget is passed");
  });
}

void add_budgets(std::vector<Scenario>& all) {
  const HolderTerms terms{.kind = Kind::budget,
                          .limit = 20'000'000,
                          .burst = 1,
                          .period = std::chrono::seconds(20),
                          .on_outage = OnOutage::allowance,
                          .allowance = 400'000};
  const auto exchange = [](Chance&) { return Exchange{5'000, 5'000}; };
  for (const std::size_t nodes : {1U, 10U, 100U})
    all.push_back({.name = "budget of 20 s windows, 3 x",
                   .nodes = nodes,
                   .terms = terms,
                   .exchange = exchange,
                   .mean = 5'000,
                   .faults = [](Run& run) { check_budget(run, 20'000'000, 0); },
                   .is_bounded = false,
                   .least_use = 0.9});
  all.push_back({.name = "the same, collector killed every 3 s, disk full at times",
                 .nodes = 10,
                 .terms = terms,
                 .exchange = exchange,
                 .mean = 5'000,
                 .network = bad_network(),
                 .faults =
                     [](Run& run) {
                       check_budget(run, 20'000'000, 400'000);
                       run.host().set_disk_faults(0.1);
                       run.every(3, [&run] { run.host().restart(); });
                     },
                 .is_bounded = false});
  all.push_back({.name = "the same, away from 30 s to 50 s, with an allowance",
                 .nodes = 10,
                 .terms = terms,
                 .exchange = exchange,
                 .mean = 5'000,
                 .faults =
                     [](Run& run) {
                       check_budget(run, 20'000'000, 400'000);
                       cut_all(run, 30, 20);
                     },
                 .is_bounded = false});
}

}  // namespace

std::vector<Scenario> promises(bool is_long) {
  std::vector<Scenario> all;
  add_normal(all, is_long);
  add_tokens(all);
  add_faults(all);
  add_away(all);
  add_slots(all);
  add_budgets(all);
  return all;
}

Scenario anything(std::uint64_t seed) {
  Chance chance(seed);
  constexpr std::size_t counts[] = {1, 3, 10, 50};
  const std::size_t nodes = counts[chance.below(4)];
  const Units limit = static_cast<Units>(chance.between(30, 20'000));
  const Units burst = static_cast<Units>(chance.between(1, 2'000));
  const Network network{.lost = chance.between(0, 0.2),
                        .repeated = chance.between(0, 0.1),
                        .late = chance.between(0, 0.1),
                        .very_late = chance.between(0, 0.05)};
  const double cut = chance.between(0, 0.1);
  const double killed = chance.between(0, 0.02);
  const double restarts = chance.is(0.5) ? chance.between(3, 30) : 1'000;
  return {.name = "anything, `closed`",
          .nodes = nodes,
          .pattern = chance.is(0.5) ? Pattern::even : Pattern::zipf,
          .demand = chance.between(0.1, 6),
          .length = 60,
          .terms = requests(OnOutage::closed, limit, burst),
          .network = network,
          .faults = [cut, killed, restarts](Run& run) {
            harm(run, cut, killed);
            run.every(restarts, [&run] { run.host().restart(); });
          }};
}

}  // namespace llmgw::simulation
