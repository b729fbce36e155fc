// SPDX-License-Identifier: MIT
// Requests, and the proxies that send them.
#include "lease/authority.hpp"

#include <algorithm>

#include "lease/overloaded.hpp"

namespace llmgw::lease {
namespace {

// After as long without a word from anybody a proxy that was away was not away alone.
constexpr std::chrono::milliseconds silence{1'000};
constexpr std::chrono::milliseconds between_counts{200};

}  // namespace

Authority::Authority(AuthorityOptions options, Rules rules, Instant now)
    : options_(std::move(options)),
      rules_(std::move(rules)),
      filled_from_(now + options_.ttl + lease_margin),
      opens_at_(filled_from_),
      opens_at_again_(now),
      heard_at_(now),
      swept_at_(now) {}

Authority::~Authority() = default;

boost::system::result<Authority::Outcome, Authority::Refusal> Authority::sync(
    const SyncRequest& request, Instant now, WallTime wall) {
  Proxy* proxy = proxy_of(request.proxy);
  if (proxy != nullptr && request.seq <= proxy->seq) return Refusal::late;
  if (proxy == nullptr) {
    if (alive_ >= most_proxies) count_alive(now);
    if (alive_ >= most_proxies || proxies_.size() >= most_names) return Refusal::too_many_proxies;
    proxy = &add_proxy(request.proxy, now);
    ++alive_;
  }
  note_away(request, now);
  proxy->seq = request.seq;
  proxy->heard_at = heard_at_ = now;
  Outcome outcome;
  SyncAnswer& made = outcome.answer;
  made.seq = request.seq;
  made.authority = options_.name;
  made.ttl = std::chrono::duration_cast<std::chrono::milliseconds>(options_.ttl).count();
  made.rules.reserve(request.rules.size());
  for (const RuleAsk& ask : request.rules) {
    Rule* const rule = rule_of(ask.id, now);
    if (rule == nullptr || !rule->is_known) {
      made.rules.push_back({.id = ask.id, .is_unknown = true});
    } else {
      made.rules.push_back(
          answer(*rule, *proxy, request, ask, now, wall, outcome.waits_for_ledger));
    }
  }
  if (request.is_leaving) proxy->heard_at = now - life;
  if (request.is_leaving || now - counted_at_ >= between_counts) count_alive(now);
  made.proxies = static_cast<std::uint32_t>(std::max<std::size_t>(1, alive_));
  return outcome;
}

// Proxies that went on by themselves say so when they come back. Where all of them did, what they
// spent is not known before all have told: until then nothing is lent that they may have used up.
void Authority::note_away(const SyncRequest& request, Instant now) {
  if (request.was_away && now - heard_at_ >= silence)
    opens_at_again_ = now + options_.ttl + lease_margin;
}

RuleAnswer Authority::answer(Rule& rule, const Proxy& proxy, const SyncRequest& request,
                             const RuleAsk& ask, Instant now, WallTime wall, bool& waits) {
  RuleAnswer made{.id = ask.id};
  const Instant opens_at = rule.terms.goes_on ? std::max(opens_at_, opens_at_again_) : opens_at_;
  const auto take = [&made](const Grant& grant) {
    made.grant = grant.units;
    made.remaining = grant.remaining;
    made.retry = grant.retry.count();
  };
  const bool is_over = request.is_leaving || ask.is_gone;
  std::visit(
      Overloaded{[&](Bucket& bucket) {
                   take(bucket.sync(proxy.number, request.seq, ask, now, options_.ttl, opens_at));
                   if (is_over) bucket.leave(proxy.number, now);
                 },
                 [&](Slots& slots) {
                   take(slots.sync(proxy.number, request.seq, ask, now, options_.ttl, opens_at));
                   if (is_over) slots.leave(proxy.number);
                 },
                 [&](Budget& budget) {
                   waits |= lend_of_budget(rule, budget, proxy, request, ask, now, wall, made);
                 }},
      rule.state);
  return made;
}

Authority::Proxy* Authority::proxy_of(std::string_view name) {
  const auto found = proxies_.find(name);
  return found == proxies_.end() ? nullptr : found->second.get();
}

Authority::Proxy& Authority::add_proxy(std::string_view name, Instant now) {
  auto made = std::make_unique<Proxy>(Proxy{std::string(name), ++last_number_, 0, now});
  Proxy& proxy = *made;
  by_number_[proxy.number] = &proxy;
  proxies_.emplace(proxy.name, std::move(made));
  return proxy;
}

void Authority::count_alive(Instant now) {
  alive_ = alive(now);
  counted_at_ = now;
}

std::size_t Authority::alive(Instant now) const {
  return static_cast<std::size_t>(
      std::count_if(proxies_.begin(), proxies_.end(),
                    [now](const auto& each) { return now - each.second->heard_at < life; }));
}

}  // namespace llmgw::lease
