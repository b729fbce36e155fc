// SPDX-License-Identifier: MIT
// PURE: Holder: one rule in one proxy: what it has of the authority's units, and what it does
// without.
#pragma once

#include <string>

#include "lease/spending.hpp"
#include "quota/lent.hpp"

namespace llmgw::lease {

using quota::OnOutage;
using quota::Stance;

struct HolderTerms {
  enum class Kind : std::uint8_t { rate, slots, budget };

  Kind kind = Kind::rate;
  Units limit = 1;                           ///< units a period, slots, or units a calendar window
  Units burst = 1;                           ///< of a rate
  Duration period{std::chrono::minutes(1)};  ///< of a rate
  OnOutage on_outage = OnOutage::share;
  Units allowance = 0;  ///< of a budget: for all proxies together in one window
};

/// Whether the authority can be had, and how many proxies there were when it was heard last.
struct Standing {
  bool is_away = false;
  std::uint32_t proxies = 0;  ///< 0: it was never heard
};

/// The balance is taken from by any thread, and its state is read by any; everything here belongs
/// to the thread that speaks with the authority. Totals obey used = got + local - back - balance,
/// where `local` is what the proxy gave itself and the authority has not been told of yet as spent.
class Holder {
 public:
  /// The balance is empty, and outlives the holder or its let_go(). `state`: the same, of what is
  /// said of it; null: it is kept here.
  Holder(std::string id, const HolderTerms& terms, quota::Balance& balance,
         quota::LentState* state = nullptr);

  const std::string& id() const noexcept { return id_; }
  const HolderTerms& terms() const noexcept { return terms_; }
  void set_terms(const HolderTerms& terms) noexcept { terms_ = terms; }

  Stance stance() const noexcept { return state_->stance(); }
  /// What the authority said last.
  const quota::LentState& state() const noexcept { return *state_; }

  /// An exchange waits for so many units, or does not any more.
  void wait(Units units) noexcept;
  void end_wait(Units units) noexcept;
  /// What becomes of an exchange that has waited too long.
  Stance without_answer() const noexcept;

  /// Ends its lease where that is due, goes on by itself where it has to. At least every 50 ms
  /// while it is not quiet.
  void tick(Instant now, const Standing& standing);
  /// Whether it should be in a request as soon as one may be sent.
  bool asks(Instant now) const noexcept;
  /// When it should be in a request even if nobody waits; Instant::max(): need not.
  Instant renew_at(Duration ttl) const noexcept;
  /// What a request that is sent now says of it; `all_back`: everything is handed back.
  RuleAsk prepare(Instant now, Duration ttl, bool all_back);
  void on_answer(const RuleAnswer& answer, Instant sent, Instant now, Duration ttl);
  /// The authority is back: what was not spent of what the proxy gave itself is gone.
  void end_local() noexcept;
  /// Nothing would happen to it: nobody waits, it has nothing and owes nothing.
  bool is_quiet() const noexcept;
  /// It is quiet, and the authority knows of all that was spent.
  bool has_told_all() const noexcept { return is_quiet() && told_used_ == used(); }
  /// Leaves the balance with nothing of the authority's; what is spent from now on is not told.
  void let_go() noexcept;
  /// After let_go(): goes on with the same totals, and a balance that is empty.
  void take_up(quota::Balance& balance, quota::LentState* state = nullptr) noexcept;

  Units got() const noexcept { return got_; }
  Units back() const noexcept { return back_; }
  Units local() const noexcept { return local_; }
  Units used() const noexcept { return got_ + local_ - back_ - balance_->units(); }
  Instant lease_end() const noexcept { return lease_end_; }

  /// So much earlier than the authority said a lease ends: the thread that ends it may be late.
  static constexpr std::chrono::milliseconds slack{100};

 private:
  void hand_back(Units keep) noexcept;
  void go_on(Instant now, const Standing& standing);
  void fill_share(Instant now, std::uint32_t proxies);
  void give_local(Units units) noexcept;
  Units wanted(Duration ttl) const noexcept;

  std::string id_;
  HolderTerms terms_;
  quota::Balance* balance_;
  quota::LentState* state_;
  quota::Balance own_;            // in the place of one that it let go
  quota::LentState own_state_{};  // the same
  Units got_ = 0;
  Units back_ = 0;
  Units local_ = 0;
  Units allowed_ = 0;  // spent of the allowance, or there to be
  std::int64_t period_ = 0;
  Units pending_ = 0;
  Units least_ = 0;    // of what is waited for
  Units largest_ = 0;  // that was ever waited for
  Instant lease_end_ = Instant::max();
  Instant renewed_at_{};  // when the last request was sent that was answered
  Units asked_back_ = 0;  // in the last request
  Units told_back_ = 0;   // in the last one that was answered
  Units asked_used_ = 0;  // as asked_back_
  Units told_used_ = 0;   // as told_back_
  Units forgiven_ = 0;    // of the debt in that request
  Instant refused_until_{};
  Instant filled_at_{};        // of its share
  Units cap_ = 1;              // of its share
  std::int64_t fraction_ = 0;  // of a unit of its share
  bool is_alone_ = false;      // the authority does not lend of this rule
  bool is_local_ = false;      // it goes on by itself
  Spending spending_;
};

}  // namespace llmgw::lease
