// SPDX-License-Identifier: MIT
// What became of each event: settling, counting and saying it.
#include "common/log/log.hpp"
#include "proxy/outbox/courier.hpp"

namespace llmgw::proxy {

// What the spool has found and lost while it was read.
void Courier::take_stock() {
  if (const std::uint64_t found = spool_->take_found()) {
    ledger_.recover(found);
    log::info("events of an earlier run are delivered first", {{"events", found}});
  }
  if (const std::uint64_t lost = spool_->take_lost()) {
    ledger_.move(Term::spooled, Term::spool_full, lost);
    log::error("events on disk cannot be read", {{"events", lost}});
  }
}

// What the sender has left, because there is none or its time is over.
void Courier::settle_rest() noexcept {
  if (batch_.is_empty()) return;
  const Term term = plan::left_over(sender_.has_value(), origin_);
  ledger_.move(Term::in_flight, term, batch_.events());
  batch_.clear();
}

// What is left when all is over, each event under the term that it stays under.
void Courier::settle_end() {
  ledger_.move(Term::in_flight, Term::shutdown, straight_.events());
  straight_.clear();
  if (settings_.is_spool_ephemeral)
    ledger_.move(Term::spooled, Term::shutdown, ledger_[Term::spooled]);
  if (const std::uint64_t lost = ledger_[Term::shutdown])
    log::warn("events are lost: the shutdown's time is over",
              {{"events", lost}, {"reason", "shutdown"}});
  if (const std::uint64_t kept = ledger_[Term::spooled])
    log::info("events stay in the spool for the next start", {{"events", kept}});
}

DeliveryCounts Courier::counts() const noexcept {
  // The terms first: what the outboxes have counted by then, they have counted afterwards too.
  const Ledger::Totals totals = ledger_.read();
  DeliveryCounts counts;
  counts.delivered = totals[Term::delivered];
  counts.spool_full = totals[Term::spool_full];
  counts.rejected = totals[Term::rejected];
  counts.no_collector = totals[Term::no_collector];
  counts.shutdown = totals[Term::shutdown];
  counts.spooled = totals[Term::spooled];
  counts.in_flight = totals[Term::in_flight];
  counts.recovered = totals.recovered;
  counts.produced = totals.recovered;
  counts.queued = totals[Term::queued];
  for (const Outbox* each : outboxes_) {
    const std::uint64_t dropped = each->dropped();
    const std::uint64_t produced = each->produced();
    counts.queue_full += dropped;
    counts.queued += produced - dropped;
    if (each == estimates_) {
      counts.estimating -= produced;  // modulo 2^64, see below
    } else {
      counts.produced += produced;
    }
  }
  // Read last: what came out of the estimator by then had been handed to it.
  for (const Counter* each : handed_over_) {
    const std::uint64_t handed_over = each->value();
    counts.produced += handed_over;
    counts.estimating += handed_over;
  }
  counts.retries = sender_ ? sender_->retries() : 0;
  if (spool_ == nullptr) return counts;
  counts.spool_bytes = spool_->bytes();
  counts.spool_files_set_aside = spool_->set_aside();
  return counts;
}

void Courier::log_counts() {
  const DeliveryCounts now = counts();
  const std::uint64_t sum = now.produced + now.delivered + now.dropped() + now.retries;
  if (sum == std::exchange(last_reported_, sum)) return;
  log::write(now.dropped() > 0 ? log::Level::warn : log::Level::info, "event delivery",
             {{"produced", now.produced},
              {"delivered", now.delivered},
              {"dropped", now.dropped()},
              {"queued", now.queued},
              {"spooled", now.spooled},
              {"in_flight", now.in_flight},
              {"estimating", now.estimating},
              {"retries", now.retries}});
}

}  // namespace llmgw::proxy
