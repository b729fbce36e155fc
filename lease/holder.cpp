// SPDX-License-Identifier: MIT
// Totals, the end of a lease, and the three ways to go on alone.
#include "lease/holder.hpp"

#include <limits>

namespace llmgw::lease {
namespace {

__extension__ using Wide = __int128;
// Between two questions about a rule that the authority does not lend.
constexpr std::chrono::seconds while_alone{1};

}  // namespace

Holder::Holder(std::string id, const HolderTerms& terms, quota::Balance& balance,
               quota::LentState* state)
    : id_(std::move(id)),
      terms_(terms),
      balance_(&balance),
      state_(state != nullptr ? state : &own_state_) {}

void Holder::wait(Units units) noexcept {
  least_ = pending_ == 0 ? units : std::min(least_, units);
  pending_ += units;
  largest_ = std::max(largest_, units);
}

void Holder::end_wait(Units units) noexcept { pending_ = std::max<Units>(0, pending_ - units); }

Stance Holder::without_answer() const noexcept {
  return terms_.on_outage == OnOutage::open ? Stance::charge : Stance::refuse;
}

// All but what the proxy gave itself, and `keep`.
void Holder::hand_back(Units keep) noexcept {
  const Units most = balance_->units() - local_ - keep;
  if (most > 0) back_ += balance_->take_up_to(most);
}

void Holder::tick(Instant now, const Standing& standing) {
  spending_.sample(used(), now);
  const bool has_lease = lease_end_ != Instant::max();
  if (has_lease && now >= lease_end_) lease_end_ = Instant::max();
  if (lease_end_ == Instant::max()) hand_back(0);  // also what came back of exchanges that ended
  const bool was_local = std::exchange(is_local_, standing.is_away || is_alone_);
  if (is_local_) {
    if (!was_local) filled_at_ = now;
    go_on(now, standing);
  } else if (was_local) {
    end_local();
  }
  const bool is_refused = is_local_ || now < refused_until_;
  state_->set(is_local_ ? without_answer() : is_refused ? Stance::refuse : Stance::ask);
}

void Holder::go_on(Instant now, const Standing& standing) {
  const auto proxies = static_cast<Units>(std::max<std::uint32_t>(1, standing.proxies));
  cap_ = std::max({Units{1}, terms_.burst / proxies, largest_});
  if (terms_.on_outage == OnOutage::closed || terms_.on_outage == OnOutage::open) return;
  if (terms_.kind == HolderTerms::Kind::budget) {
    if (standing.proxies == 0) return;  // how many share it is not known
    const Units more = terms_.allowance / proxies - allowed_;
    if (more > 0) give_local(more);
    allowed_ = std::max(allowed_, terms_.allowance / proxies);
  } else if (terms_.kind == HolderTerms::Kind::slots) {
    const Units more = std::max<Units>(1, terms_.limit / proxies) - (got_ - back_ + local_);
    if (more > 0) give_local(more);
  } else {
    fill_share(now, static_cast<std::uint32_t>(proxies));
  }
}

// A bucket of a part of the rate and of the burst, empty at first. One request has place in it,
// however many proxies there are.
void Holder::fill_share(Instant now, std::uint32_t proxies) {
  const Wide period = Wide{terms_.period.count()} * proxies;
  const Wide due = Wide{(now - filled_at_).count()} * terms_.limit + fraction_;
  filled_at_ = now;
  const Wide room = std::max<Wide>(0, Wide{cap_} - balance_->units());
  const Wide units = std::min(due / period, room);
  fraction_ = units == room ? 0 : static_cast<std::int64_t>(due % period);
  if (units > 0) give_local(static_cast<Units>(units));
}

void Holder::give_local(Units units) noexcept {
  local_ += units;
  balance_->give(units);
}

// A rate that went on was filled by its own part meanwhile, while the authority's bucket was full
// and could take no more. So what was spent has been paid for, but for what its own bucket lacks:
// that much is charged. With that no window sees more than if all had been spent out of one bucket.
void Holder::end_local() noexcept {
  const Units unspent = balance_->take_up_to(local_);
  local_ -= unspent;
  allowed_ = std::max<Units>(0, allowed_ - unspent);
  fraction_ = 0;
  if (terms_.kind != HolderTerms::Kind::rate) return;
  const Units charged = std::min(local_, std::max<Units>(0, cap_ - unspent));
  forgiven_ += std::exchange(local_, charged) - charged;
  const Units owed = -balance_->units();  // where everybody was admitted
  if (terms_.on_outage != OnOutage::open || owed <= cap_) return;
  balance_->give(owed - cap_);
  forgiven_ += owed - cap_;
}

bool Holder::asks(Instant now) const noexcept {
  return pending_ > 0 && !is_local_ && now >= refused_until_;
}

Instant Holder::renew_at(Duration ttl) const noexcept {
  const Units balance = balance_->units();
  const bool has_some =
      balance > local_ || (terms_.kind == HolderTerms::Kind::slots && got_ > back_);
  const bool is_in_debt = balance < local_;
  if (is_alone_) return renewed_at_ + while_alone;
  return has_some || is_in_debt || back_ != told_back_ ? renewed_at_ + ttl / 2 : Instant::max();
}

Units Holder::wanted(Duration ttl) const noexcept {
  if (terms_.kind == HolderTerms::Kind::slots) {
    constexpr Units part = 4;  // of what is in use, so that not each new one has to wait
    return pending_ == 0 ? 0 : pending_ + spending_.peak() / part;
  }
  const Wide for_half = Wide{spending_.spent()} * ttl.count() / 2 / 1'000'000'000;
  return std::clamp<Units>(static_cast<Units>(for_half) - std::max<Units>(0, balance_->units()), 0,
                           most_units);
}

// What is handed back leaves the balance before the request says so.
RuleAsk Holder::prepare(Instant now, Duration ttl, bool all_back) {
  spending_.sample(used(), now);
  if (all_back) {
    hand_back(0);
  } else if (terms_.kind == HolderTerms::Kind::slots) {
    hand_back(std::max<Units>(0, spending_.peak() - used()));
  } else if (pending_ == 0 && now - spending_.used_at() >= ttl / 2) {
    hand_back(0);
  }
  asked_back_ = back_;
  asked_used_ = used();
  forgiven_ = 0;
  RuleAsk ask{.id = id_, .got = got_, .used = std::max<Units>(0, used()), .back = back_};
  if (all_back) return ask;
  ask.pending = pending_;
  ask.least = least_ < pending_ ? least_ : 0;
  ask.want = wanted(ttl);
  return ask;
}

// What is granted pays first what the proxy gave itself and what exchanges used beyond what they
// had; the authority has charged both.
void Holder::on_answer(const RuleAnswer& answer, Instant sent, Instant now, Duration ttl) {
  renewed_at_ = sent;
  told_back_ = asked_back_;
  told_used_ = asked_used_;
  is_alone_ = answer.is_unknown || answer.is_refused;
  if (is_alone_) return state_->set(without_answer());
  if (std::exchange(is_local_, false)) end_local();
  if (answer.period != period_) {
    period_ = answer.period;
    allowed_ = local_;
  }
  const auto ttl_here =
      answer.ttl > 0 ? std::min<Duration>(ttl, std::chrono::milliseconds(answer.ttl)) : ttl;
  const Instant end = sent + ttl_here - slack;
  got_ += answer.grant;
  const Units paid = std::min(local_, answer.grant);
  local_ -= paid;
  // What was told as debt before it was forgiven: it was never used, so nobody may spend it now.
  const Units excess = std::min(std::exchange(forgiven_, 0), answer.grant - paid);
  back_ += excess;
  if (excess > 0) renewed_at_ = {};  // it is told at once
  const Units rest = answer.grant - paid - excess;
  if (end > now) {
    balance_->give(rest);
    lease_end_ = end;
  } else {  // too late: only what is owed is taken
    const Units owed = std::clamp<Units>(-balance_->units(), 0, rest);
    balance_->give(owed);
    back_ += rest - owed;
  }
  using std::chrono::milliseconds;
  refused_until_ = now + milliseconds(answer.retry);
  state_->say(answer.remaining, now + milliseconds(answer.reset > 0 ? answer.reset : answer.retry),
              now);
  state_->set(answer.retry > 0 ? Stance::refuse : Stance::ask);
}

bool Holder::is_quiet() const noexcept {
  return pending_ == 0 && local_ == 0 && back_ == told_back_ && balance_->units() == 0 &&
         !is_local_ && stance() == Stance::ask &&
         !(terms_.kind == HolderTerms::Kind::slots && got_ > back_);
}

void Holder::let_go() noexcept {
  hand_back(0);
  end_local();
  const Units owed = balance_->units();
  balance_->give(-owed);
  own_.give(owed);
  balance_ = &own_;
  state_->set(Stance::ask);
  state_ = &own_state_;
  pending_ = 0;
  lease_end_ = Instant::max();
}

void Holder::take_up(quota::Balance& balance, quota::LentState* state) noexcept {
  const Units units = own_.units();
  own_.give(-units);
  balance.give(units);
  balance_ = &balance;
  if (state != nullptr) state_ = state;
}

}  // namespace llmgw::lease
