// SPDX-License-Identifier: MIT
// Which rules a request lists, when it leaves, and what follows on an answer or on none.
#include "lease/holders.hpp"

#include <algorithm>

namespace llmgw::lease {
namespace {

constexpr std::chrono::seconds between_words{10};  // where there is nothing to say
constexpr std::chrono::milliseconds while_away{500};
constexpr std::chrono::seconds longest_silence{1};  // then it is away
constexpr std::size_t most_failures = 3;
constexpr std::chrono::seconds between_looks{1};  // at rules that are quiet
// A new authority does not know yet how many proxies there are.
constexpr std::chrono::seconds until_counted{30};

}  // namespace

Holders::Holders(std::string proxy, std::string policy, Instant now)
    : proxy_(std::move(proxy)), policy_(std::move(policy)), looked_at_(now) {
  sent_at_.fill(now - std::chrono::seconds(2));
  last_.at = now - between_words;  // the first word is said at once
}

Holders::~Holders() = default;

Holder& Holders::add(std::string_view id, const HolderTerms& terms, quota::Balance& balance,
                     quota::LentState* state) {
  const auto [place, is_new] = by_id_.try_emplace(std::string(id));
  Entry& entry = place->second;
  if (is_new) entry.holder = std::make_unique<Holder>(std::string(id), terms, balance, state);
  if (std::exchange(entry.is_removed, false)) entry.holder->take_up(balance, state);
  if (standing_.is_away) activate(entry);
  entry.holder->set_terms(terms);
  return *entry.holder;
}

void Holders::remove(std::string_view id) {
  const auto found = by_id_.find(id);
  if (found == by_id_.end() || found->second.is_removed) return;
  found->second.holder->let_go();
  found->second.is_removed = true;
  activate(found->second);
}

void Holders::wait(Holder& holder, Units units) {
  holder.wait(units);
  activate(by_id_.find(holder.id())->second);
}

void Holders::look_at(Holder& holder, Instant now) {
  if (standing_.is_away) holder.tick(now, standing_);
}

void Holders::activate(Entry& entry) {
  if (!std::exchange(entry.is_active, true)) active_.push_back(&entry);
}

// A rule without a lease is left with something by exchanges that end late, and has its share of
// what is given while the authority is away. Of one that is quiet the authority may still count the
// last units as lent, and would for a lease: before the end it is told that they are spent.
void Holders::look_at_all(Instant now) {
  looked_at_ = now;
  for (auto& [id, entry] : by_id_) {
    const bool is_settled = is_draining_ ? entry.holder->has_told_all() : entry.holder->is_quiet();
    if (standing_.is_away || !is_settled) activate(entry);
  }
}

void Holders::tick_active(Instant now) {
  for (Entry* const each : active_)
    if (!each->is_removed) each->holder->tick(now, standing_);
}

void Holders::tick(Instant now) {
  if (under_way_ && now - under_way_->at >= answer_time) on_failure(now);
  if (contact_ == Contact::stale && now - silent_since_ >= longest_silence)
    note_contact(Contact::away, now);
  if (now - looked_at_ >= between_looks) look_at_all(now);
  tick_active(now);
  std::erase_if(active_, [this](Entry* each) {
    if (standing_.is_away || each->is_removed || !each->holder->is_quiet()) return false;
    each->is_active = false;
    return true;
  });
}

void Holders::note_contact(Contact contact, Instant now) {
  contact_ = contact;
  const bool is_away = contact == Contact::away;
  if (std::exchange(standing_.is_away, is_away) == is_away) return;
  look_at_all(now);
  tick_active(now);
}

Instant Holders::allowed_at() const noexcept {
  return sent_at_[seq_ % most_a_second] + std::chrono::seconds(1);
}

Instant Holders::wanted_at(Instant now) const {
  if (is_draining_) return is_drained_ ? Instant::max() : now;
  if (contact_ == Contact::away) return last_.at + while_away;
  if (contact_ == Contact::stale) return now;
  Instant wanted = last_.at + between_words;
  for (const Entry* const each : active_) {
    if (each->is_removed || each->holder->asks(now)) return now;
    wanted = std::min(wanted, each->holder->renew_at(ttl_));
  }
  return wanted;
}

Instant Holders::next_send(Instant now) const {
  if (under_way_) return Instant::max();
  const Instant wanted = wanted_at(now);
  return wanted == Instant::max() ? wanted : std::max({wanted, next_try_, allowed_at()});
}

// Who is due within a quarter of a lease is listed along; else the next request would be for it
// alone.
std::string Holders::encode(Instant now) {
  SyncRequest request{.proxy = proxy_, .seq = seq_ + 1, .policy = policy_};
  request.was_away = contact_ == Contact::away;
  request.is_leaving = is_draining_;
  if (is_draining_) look_at_all(now);
  std::vector<Entry*> due;
  for (Entry* const each : active_) {
    const Instant at = each->holder->renew_at(ttl_);
    const bool is_due = at != Instant::max() && at <= now + ttl_ / 4;
    if (is_draining_ || each->is_removed || is_due || each->holder->asks(now)) due.push_back(each);
  }
  if (due.size() > most_rules) {
    const auto is_first = [&](const Entry* one, const Entry* other) {
      const auto rank = [&](const Entry* each) {
        return std::pair(!each->holder->asks(now), each->holder->renew_at(ttl_));
      };
      return rank(one) < rank(other);
    };
    const auto last = due.begin() + static_cast<std::ptrdiff_t>(most_rules);
    std::nth_element(due.begin(), last, due.end(), is_first);
    due.erase(last, due.end());
    request.is_leaving = false;
  }
  request.rules.reserve(due.size());
  for (Entry* const each : due) {
    const bool is_over = is_draining_ || each->is_removed;
    request.rules.push_back(each->holder->prepare(now, ttl_, is_over));
    request.rules.back().is_gone = each->is_removed;
    each->told_in = each->is_removed ? seq_ + 1 : 0;
  }
  sent_at_[seq_ % most_a_second] = now;
  last_ = {++seq_, now, request.is_leaving};
  under_way_ = last_;
  silent_since_ = std::min(silent_since_, now);
  return lease::encode(request);
}

bool Holders::on_answer(std::string_view body, Instant now) {
  const auto answer = decode_answer(body);
  if (answer.has_error() || answer->seq != last_.seq || silent_since_ == Instant::max())
    return false;
  under_way_.reset();
  silent_since_ = Instant::max();
  failures_ = 0;
  next_try_ = now;
  ttl_ = std::chrono::milliseconds(answer->ttl);
  note_authority(*answer, now);
  note_contact(Contact::ok, now);
  for (const RuleAnswer& each : answer->rules) {
    const auto found = by_id_.find(each.id);
    if (found == by_id_.end()) continue;
    Entry& entry = found->second;
    if (entry.is_removed && entry.told_in == last_.seq) {
      std::erase(active_, &entry);
      by_id_.erase(found);
      continue;
    }
    entry.holder->on_answer(each, last_.at, now, ttl_);
    if (each.is_unknown || each.is_refused)
      entry.holder->tick(now, standing_);  // goes on by itself
    activate(entry);
  }
  is_drained_ = last_.is_last;
  return true;
}

void Holders::note_authority(const SyncAnswer& answer, Instant now) {
  if (authority_ != answer.authority) {
    if (!authority_.empty()) {
      ++authority_changes_;
      authority_since_ = now;
    }
    authority_ = answer.authority;
  }
  const bool is_new = authority_since_ != Instant{} && now - authority_since_ < until_counted;
  standing_.proxies = is_new ? std::max(standing_.proxies, answer.proxies) : answer.proxies;
}

void Holders::on_failure(Instant now) {
  if (!under_way_) return;
  next_try_ = under_way_->at + answer_time;
  under_way_.reset();
  ++failures_;
  const bool is_away = failures_ >= most_failures || now - silent_since_ >= longest_silence;
  if (contact_ != Contact::away) note_contact(is_away ? Contact::away : Contact::stale, now);
}

}  // namespace llmgw::lease
