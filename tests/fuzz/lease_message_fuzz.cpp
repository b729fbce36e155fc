// SPDX-License-Identifier: MIT
// Words of proxies and of the authority: what is read is within its bounds and is written as it was
// read; what is answered lends no more than there is, whatever was asked.
#include "lease/authority.hpp"
#include "tests/fuzz/pieces.hpp"

namespace {

using namespace llmgw;
using lease::most_units;

bool is_number(lease::Units units) { return units >= 0 && units <= most_units; }

void check(const lease::SyncRequest& request) {
  fuzz::require(!request.proxy.empty() && request.seq > 0 &&
                request.rules.size() <= lease::most_rules);
  for (const lease::RuleAsk& each : request.rules) {
    fuzz::require(lease::is_id(each.id));
    for (const lease::Units units :
         {each.got, each.used, each.back, each.pending, each.least, each.want})
      fuzz::require(is_number(units));
  }
  const std::string text = lease::encode(request);
  const auto again = lease::decode_request(text);
  fuzz::require(again.has_value() && lease::encode(*again) == text);
}

std::optional<lease::RuleTerms> terms_of(std::string_view id) {
  switch (id.size() % 3) {
    case 0: return lease::RuleTerms{.kind = lease::Rate{60, std::chrono::minutes(1), 10}};
    case 1: return lease::RuleTerms{.kind = lease::SlotTerms{10}};
    default:
      return lease::RuleTerms{
          .kind = lease::BudgetTerms{100, [](std::chrono::sys_seconds at) {
                                       return quota::Window{at, at + std::chrono::hours(1)};
                                     }}};
  }
}

// Twice, as from two proxies and later, so that rules meet numbers that do not fit.
void lend(lease::SyncRequest request) {
  const lease::Instant start{std::chrono::hours(1)};
  lease::Authority authority({.name = "a", .has_ledger = true}, terms_of,
                             start - std::chrono::hours(1));
  for (int round = 0; round < 3; ++round) {
    const auto now = start + std::chrono::seconds(round * 3);
    const lease::WallTime wall{std::chrono::hours(500'000)};
    auto outcome = authority.sync(request, now, wall);
    if (outcome) {
      fuzz::require(outcome->answer.rules.size() == request.rules.size());
      fuzz::require(lease::encode(outcome->answer).size() > 0);
    }
    for (const lease::RuleAsk& each : request.rules) {
      const auto state = authority.state(each.id);
      if (state && each.id.size() % 3 == 0) fuzz::require(state->free + state->lent <= state->most);
    }
    authority.put_back(authority.take_changes());
    ++request.seq;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(data, data + size);
  if (const auto answer = lease::decode_answer(text)) {
    const std::string written = lease::encode(*answer);
    const auto again = lease::decode_answer(written);
    fuzz::require(again.has_value() && lease::encode(*again) == written);
  }
  const auto request = lease::decode_request(text);
  if (!request) {
    fuzz::require(!request.error().reason.empty());
    return 0;
  }
  check(*request);
  lend(*request);
  return 0;
}
