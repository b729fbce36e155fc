// SPDX-License-Identifier: MIT
// When it asks, and what follows from the answer or from none.
#include "proxy/lease/borrower.hpp"

#include <algorithm>

#include "common/event/ids.hpp"
#include "common/log/log.hpp"
#include "lease/rule_terms.hpp"

namespace llmgw::proxy {
namespace {

using quota::Stance;

constexpr http::Client::Limits limits{lease::Holders::answer_time, lease::Holders::answer_time,
                                      lease::most_bytes};
constexpr std::string_view place = "/limits/v1/sync";

lease::Instant now() noexcept { return std::chrono::steady_clock::now(); }

// Another one with each start.
std::string make_name() {
  IdGenerator ids;
  return std::string(uuid_text(ids.next(std::chrono::system_clock::now())).view());
}

SyncResult result_of(const boost::system::error_code& fault) noexcept {
  if (fault == errc::timed_out) return SyncResult::timed_out;
  const bool is_garbled = fault == errc::malformed_message || fault == errc::body_too_large;
  return is_garbled ? SyncResult::malformed : SyncResult::unreachable;
}

SyncResult result_of(int status) noexcept {
  constexpr int ok = 200;
  if (status == ok) return SyncResult::ok;
  return status == 401 || status == 403 ? SyncResult::unauthorized : SyncResult::refused;
}

}  // namespace

Borrower::Borrower(Loop& loop, HttpUrl collector, std::size_t workers,
                   std::function<void(std::size_t)> look)
    : loop_(loop),
      collector_(std::move(collector)),
      path_(collector_.path + std::string(place)),
      tls_(collector_.tls ? std::move(TlsContext::make({})).value() : nullptr),
      client_(loop, collector_, tls_.get()),
      holders_(make_name(), {}, now()),
      waiting_(workers),
      look_(std::move(look)),
      alarm_(loop),
      drain_limit_(loop) {}

// What a rule that is gone, or counts something else now, had is handed back.
void Borrower::use(std::shared_ptr<const quota::RuleSet> rules, std::string policy) {
  rules_ = std::move(rules);
  holders_.set_policy(std::move(policy));
  std::vector<const quota::Lent*> gone;
  for (const auto& [id, known] : known_) {
    const quota::LimitRule* const rule = rule_of(*known.lent);
    if (rule == nullptr) {
      gone.push_back(known.lent);
    } else {
      known.holder->set_terms(lease::holder_terms(*rule, rules_->settings().defaults));
    }
  }
  for (const quota::Lent* each : gone) let_go(*each);
  plan();
}

const quota::LimitRule* Borrower::rule_of(const quota::Lent& lent) const {
  const quota::LimitRule* const rule = rules_->rule_of(lent.id);
  return rule != nullptr && rule->unit == lent.unit ? rule : nullptr;
}

// Null where there is no such rule any more: an exchange that began by earlier settings.
lease::Holder* Borrower::holder_of(quota::Lent& lent) {
  const auto found = known_.find(lent.id);
  if (found != known_.end() && found->second.lent == &lent) return found->second.holder;
  const quota::LimitRule* const rule = rule_of(lent);
  if (rule == nullptr) return nullptr;
  if (found != known_.end()) let_go(*found->second.lent);
  const auto terms = lease::holder_terms(*rule, rules_->settings().defaults);
  lease::Holder& holder = holders_.add(lent.id, terms, lent.balance, &lent.state);
  known_.emplace(lent.id, Known{&holder, &lent});
  return &holder;
}

void Borrower::let_go(const quota::Lent& lent) {
  known_.erase(lent.id);
  holders_.remove(lent.id);
}

void Borrower::forget(const quota::Lent& lent) {
  const auto found = known_.find(lent.id);
  if (found != known_.end() && found->second.lent == &lent) let_go(lent);
}

// An answer may have come between that somebody began to wait and that it was told here.
void Borrower::take(std::size_t worker, const UnitWaits::Changes& changes) {
  bool is_decided = false;
  for (const UnitWaitChange& each : changes) {
    if (each.units < 0) {
      --waiting_[worker];
      const auto found = known_.find(each.lent->id);
      if (found != known_.end() && found->second.lent == each.lent)
        holders_.end_wait(*found->second.holder, -each.units);
      continue;
    }
    ++waiting_[worker];
    lease::Holder* const holder = holder_of(*each.lent);
    if (holder == nullptr) {
      each.lent->state.set(Stance::charge);
      is_decided = true;
    } else {
      holders_.wait(*holder, each.units);
      holders_.look_at(*holder, now());
      is_decided |= holder->stance() != Stance::ask || each.lent->balance.units() >= each.units;
    }
  }
  if (is_decided) look(worker);
  plan();
}

void Borrower::look() {
  for (std::size_t i = 0; i < waiting_.size(); ++i) look(i);
}

void Borrower::look(std::size_t worker) {
  if (waiting_[worker] == 0 || ended_ != nullptr || is_ended_) return;
  ++looking_;
  look_(worker);
}

void Borrower::looked() {
  --looking_;
  plan();
}

void Borrower::tick() {
  if (is_ended_) return;
  const lease::Contact before = holders_.contact();
  holders_.tick(now());
  if (holders_.contact() == lease::Contact::away) look();
  if (holders_.contact() != before) note_contact();
  plan();
}

// Until all have looked it is not known who still lacks what.
void Borrower::plan() {
  if (is_sending_ || is_ended_ || (looking_ > 0 && ended_ == nullptr)) return;
  const lease::Instant time = now();
  const lease::Instant at = holders_.next_send(time);
  if (at == lease::Instant::max()) return alarm_.cancel();
  if (at <= time) return spawn(send());
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(
      std::min<lease::Duration>(at - time, std::chrono::seconds(10)));
  alarm_.set(left, [this] { plan(); });
}

Task<void> Borrower::send() {
  alarm_.cancel();
  is_sending_ = true;
  const SyncResult result = co_await ask();
  is_sending_ = false;
  if (is_ended_) co_return;
  note(result);
  look();
  holders_.is_drained() ? end() : plan();
}

Task<SyncResult> Borrower::ask() {
  const auto begun = now();
  const std::string body = holders_.encode(begun);
  const Secret authorization = authorization_;  // which may change before there is an answer
  const http::Request request{.method = "POST",
                              .path = path_,
                              .content_type = "application/json",
                              .authorization = authorization.reveal(),
                              .body = body};
  const auto response = co_await client_.request(request, limits);
  if (response.has_error()) {
    reason_ = response.error().message();
    co_return result_of(response.error());
  }
  SyncResult result = result_of(response->status);
  if (result != SyncResult::ok) {
    reason_ = "status " + std::to_string(response->status);
  } else if (holders_.on_answer(response->body, now())) {
    counts_.seconds.observe(now() - begun);
  } else {
    reason_ = "no answer to what was asked";
    result = SyncResult::malformed;
  }
  co_return result;
}

// Whoever gave no good answer may not be the collector, or not the one to ask.
void Borrower::note(SyncResult result) {
  counts_.syncs[static_cast<std::size_t>(result)].add();
  if (result != SyncResult::ok) {
    client_.begin_anew();
    holders_.on_failure(now());
  }
  note_contact();
}

// Once for each time that it goes away.
void Borrower::note_contact() {
  counts_.contact.set(static_cast<std::uint64_t>(holders_.contact()));
  counts_.authority_changes.set(holders_.authority_changes());
  const bool is_away = holders_.contact() == lease::Contact::away;
  if (is_away == is_told_away_) return;
  is_told_away_ = is_away;
  if (is_away)
    return log::warn("the collector lends no units: limits go by on_outage",
                     {{"collector", to_string(collector_)}, {"reason", reason_}});
  log::info("the collector lends units again", {{"collector", to_string(collector_)}});
}

void Borrower::drain(std::function<void()> ended) {
  ended_ = std::move(ended);
  holders_.drain();
  const bool is_short = is_hurried_ || contact() == lease::Contact::away;
  drain_limit_.set(is_short ? hurried_drain_time : drain_time, [this] { end(); });
  plan();
}

void Borrower::hurry() {
  is_hurried_ = true;
  if (ended_) drain_limit_.set(hurried_drain_time, [this] { end(); });
}

void Borrower::end() {
  if (std::exchange(is_ended_, true)) return;
  drain_limit_.cancel();
  alarm_.cancel();
  client_.cancel();
  if (const auto ended = std::exchange(ended_, nullptr)) ended();
}

}  // namespace llmgw::proxy
