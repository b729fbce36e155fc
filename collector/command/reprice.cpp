// SPDX-License-Identifier: MIT
// Step by step, with as long a pause as a step has taken: others write meanwhile.
#include "collector/command/reprice.hpp"

#include <csignal>

#include "collector/command/options.hpp"
#include "collector/command/report.hpp"
#include "collector/reprice/repricer_registry.hpp"
#include "common/async/timer.hpp"

namespace llmgw::collector {
namespace {

constexpr std::int64_t end_of_time = 253'402'300'800'000;  // the year 10000

// Whoever waits for its turn to write asks every 100 ms at most.
constexpr std::chrono::milliseconds shortest_pause{5};
constexpr std::chrono::milliseconds longest_pause{200};

Task<void> run(Loop& loop, Repricer& repricer, bool is_dry, RepriceTally& tally,
               Result<void>& outcome) {
  using Clock = std::chrono::steady_clock;
  Timer pause(loop);
  for (;;) {
    const auto begun = Clock::now();
    const Result<int> is_more = repricer.step(tally);
    if (is_more.has_error()) outcome = is_more.error();
    if (is_more.has_error() || *is_more == 0) break;
    if (is_dry) continue;
    const auto took = std::chrono::ceil<std::chrono::milliseconds>(Clock::now() - begun);
    const auto rest = std::clamp(took, shortest_pause, longest_pause);
    co_await pause.wait(rest);
  }
  loop.stop();
}

RepriceQuery take_query(Options& options) {
  RepriceQuery query;
  const auto from = options.take_time("--from");
  const auto to = options.take_time("--to");
  if (!from) options.fail("needs --from, the first day or time whose events are looked at");
  query.span = {from.value_or(0), to.value_or(end_of_time)};
  if (query.span.to <= query.span.from) options.fail("--to must be behind --from");
  query.providers = options.take_all("--provider");
  query.models = options.take_all("--model");
  query.is_only_unpriced = options.take_flag("--only-unpriced");
  query.is_dry = options.take_flag("--dry-run");
  return query;
}

}  // namespace

int run_reprice(std::span<const char* const> rest, const Config& config) {
  Options options(rest);
  const RepriceQuery query = take_query(options);
  if (const auto fault = options.fault()) {
    complain("reprice: " + *fault);
    return bad_usage_status;
  }
  if (!config.prices) {
    complain("GATEWAY_CONFIG: must have `prices`, by which costs are computed");
    return bad_usage_status;
  }
  std::signal(SIGXFSZ, SIG_IGN);
  auto repricer = open_repricer(config, query, config.prices);
  if (repricer.has_error()) {
    const bool is_other_kind =
        repricer.error() == make_error_code(boost::system::errc::protocol_not_supported);
    complain("reprice: STORE_URL=" + config.store_url + ": " +
             (is_other_kind ? "not with this store" : repricer.error().message()));
    return failure_status;
  }
  tell("prices " + std::string(config.prices->id()));
  RepriceTally tally;
  Result<void> outcome;
  Loop loop;
  spawn(run(loop, **repricer, query.is_dry, tally, outcome));
  loop.run();
  for (const std::string& each : tally.lines(query.is_dry)) tell(each);
  if (outcome.has_error()) {
    complain("reprice: " + outcome.error().message() +
             "; what is told above is done, and the rest is by the same command again");
    return failure_status;
  }
  return 0;
}

}  // namespace llmgw::collector
