// SPDX-License-Identifier: MIT
// PURE: what the courier does next, given where it is in its life and how disk and collector do.
#pragma once

#include <cstdint>

#include "proxy/outbox/ledger.hpp"

namespace llmgw::proxy::plan {

/// The courier's life, in this order.
enum class Phase : std::uint8_t {
  serving,
  draining,     ///< no more events come, and what there is is delivered without pauses
  out_of_time,  ///< nothing is sent any more
  ended,
};
constexpr bool is_draining(Phase phase) noexcept { return phase != Phase::serving; }

/// The way of events to disk.
enum class Storing : std::uint8_t {
  none,  ///< there is no spool
  under_way,
  ended,  ///< all events are on disk, or counted
};

/// Where the batch under way was taken from.
enum class Origin : std::uint8_t {
  memory,
  spool,  ///< where it is to be acknowledged, and stays if it is not delivered
};

/// How soon the next batch follows.
enum class Pace : std::uint8_t {
  steady,  ///< batches may gather
  urged,   ///< a queue is half full
};

/// How things are.
struct Situation {
  Phase phase = Phase::serving;
  bool disk_fails = false;       ///< the spool could not be written
  bool collector_fails = false;  ///< the last attempt to reach it failed
  bool is_sending = false;       ///< a batch is under way, or waits to be the next
  bool is_spool_empty = true;
};

/// What delivery does when there is no batch for now.
enum class Delivery : std::uint8_t { wait_for_events, wait_for_storing, end };
constexpr Delivery when_idle(Phase phase, Storing storing) noexcept {
  switch (storing) {
    case Storing::none: return is_draining(phase) ? Delivery::end : Delivery::wait_for_events;
    case Storing::under_way: return Delivery::wait_for_storing;
    case Storing::ended: break;
  }
  return Delivery::end;
}

/// Whether events are left in their queues until the batch under way is done: a disk that fails is
/// passed by, for as long as the collector keeps up.
constexpr bool holds_back(const Situation& now) noexcept {
  return now.disk_fails && now.is_sending && !now.collector_fails && !is_draining(now.phase);
}

/// What becomes of events that the disk did not take.
enum class Refuge : std::uint8_t {
  wait,      ///< until the batch under way is done, then it is asked anew
  straight,  ///< they are the next batch, behind all that came before them
  drop,
};
constexpr Refuge refuge(const Situation& now) noexcept {
  if (!now.disk_fails) return Refuge::drop;  // it is full: what has room is on it
  if (!now.is_sending && now.is_spool_empty) return Refuge::straight;
  const bool is_worth_it = !now.collector_fails && now.phase < Phase::out_of_time;
  return is_worth_it ? Refuge::wait : Refuge::drop;
}

/// Whether to wait a little before the next batch, so that more gathers. One that is large shows
/// that more has gathered already.
constexpr bool may_gather(Phase phase, Pace pace, bool was_large) noexcept {
  return !is_draining(phase) && pace == Pace::steady && !was_large;
}

/// The books' term for what the sender has left of a batch.
constexpr Term left_over(bool has_collector, Origin origin) noexcept {
  if (!has_collector) return Term::no_collector;
  return origin == Origin::spool ? Term::spooled : Term::shutdown;
}

}  // namespace llmgw::proxy::plan
