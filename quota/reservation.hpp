// SPDX-License-Identifier: MIT
// PURE: Reservation: what one exchange has taken of its caller's balances, until it is settled.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "quota/caller.hpp"
#include "quota/demand.hpp"

namespace llmgw::quota {

/// Why a request is refused.
enum class RefusalKind : std::uint8_t {
  rate,         ///< there will be enough again after a while
  concurrency,  ///< once another exchange ends
  budget,       ///< a day, week or month is used up
  too_large,    ///< never: it is more than can be had at once
  unpriced,     ///< what its model costs is not known
};

struct Refusal {
  const Caller::Entry* entry = nullptr;
  RefusalKind kind = RefusalKind::rate;
  std::chrono::nanoseconds wait{};  ///< of a rate
};

/// What an admission goes by.
struct AdmissionTerms {
  bool refuses = true;                   ///< false: decides and counts, and refuses nobody
  Clock::time_point (*now)() = nullptr;  ///< asked only where there is not enough
};

/// Lives with its exchange and is settled exactly once, at the latest by its destructor, whatever
/// ends it. Belongs to the thread of its caller.
class Reservation {
 public:
  /// `caller`: under some rule.
  Reservation(Caller::Pointer caller, const AdmissionTerms& terms) noexcept
      : caller_(std::move(caller)), terms_(terms) {}
  ~Reservation() { release(); }
  Reservation(const Reservation&) = delete;
  Reservation& operator=(const Reservation&) = delete;

  const Caller& caller() const noexcept { return *caller_; }

  /// Takes what is known from the head alone: slots and requests. Where a rule refuses nothing is
  /// kept.
  std::optional<Refusal> admit_head();
  /// The same of what the body tells. `model`: what is asked for; empty: none is, and no rule about
  /// models of certain names is asked.
  std::optional<Refusal> admit_body(std::string_view model, const Demand& demand);

  /// Gives back what was not used, or takes what was used beyond. Nothing more is to be settled
  /// then.
  void settle(const Actual& actual) noexcept;
  /// Nothing of the exchange counts.
  void release() noexcept { settle({.is_sent = false}); }

  /// The label of the first rule that would have refused, where nothing is refused; empty: none.
  std::string_view limited_by() const noexcept { return limited_by_; }
  /// Whether this rule of the caller's, by its number, was asked and is about the exchange.
  bool has(std::size_t number) const noexcept { return (asked_ >> number & 1) != 0; }

 private:
  enum class Stage : std::uint8_t { head, body };

  std::optional<Refusal> admit(Stage stage, std::string_view model, const Demand& demand);
  std::optional<Refusal> take(Caller::Entry& entry, Units cost, Units keep) const;
  void note_taken(std::size_t number, Units units) noexcept;

  Caller::Pointer caller_;
  const AdmissionTerms terms_;
  std::array<Units, most_rules> units_{};
  std::string_view limited_by_;  // of the caller
  std::uint8_t taken_ = 0;       // a bit a rule
  std::uint8_t asked_ = 0;
};

}  // namespace llmgw::quota
