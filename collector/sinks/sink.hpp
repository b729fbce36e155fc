// SPDX-License-Identifier: MIT
// Sink: a place where events are stored.
#pragma once

#include <cstdint>
#include <span>

#include "collector/sinks/batch.hpp"
#include "collector/sinks/event_tap.hpp"
#include "common/error.hpp"

namespace llmgw::collector {

/// What became of the events of one write.
struct Stored {
  std::uint64_t fresh = 0;       ///< events stored by it
  std::uint64_t duplicates = 0;  ///< events that had been stored before, as far as the sink knows
  std::uint64_t too_old = 0;     ///< events older than what the sink has removed: not stored
  std::uint64_t bytes = 0;       ///< of the fresh ones, line ends included
};

/// Used by one thread at a time; every call may block. Errors are those of the system or the store
/// behind it, for the log: to the client they all mean that nothing was stored.
class Sink {
 public:
  virtual ~Sink() = default;

  /// Stores the events of all batches that are not stored yet, in order, or none of them. Which
  /// those are it tells by their keys, and how far back it can do so is its own business. The
  /// batches stay as they are, and are not looked at once it has returned.
  virtual Result<Stored> write(std::span<const Batch* const> batches) = 0;

  /// Whether a write has a chance: asked after one has failed, to find out when it is over.
  virtual Result<void> check() = 0;

  /// What the next writes show their events to; null: nothing. A sink that has no rows shows none.
  void show_to(EventTap* tap) noexcept { tap_ = tap; }

 protected:
  EventTap* tap() const noexcept { return tap_; }

 private:
  EventTap* tap_ = nullptr;
};

}  // namespace llmgw::collector
