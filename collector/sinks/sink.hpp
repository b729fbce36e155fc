// SPDX-License-Identifier: MIT
// Sink: a place where events are stored.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "collector/sinks/event_key.hpp"
#include "common/error.hpp"

namespace llmgw::collector {

/// Used by one thread at a time; every call may block. Errors are those of the system or the store
/// behind it, for the log: to the client they all mean that nothing was stored.
class Sink {
 public:
  virtual ~Sink() = default;

  /// Stores all lines of all pieces, in order, or none of them. A piece is one or more whole lines,
  /// each with its `\n`.
  virtual Result<void> write(std::span<const std::string_view> pieces) = 0;

  /// Takes up anew what it writes to, after SIGHUP. On an error it goes on with what it had.
  virtual Result<void> reopen() = 0;

  /// The keys of the events stored last, as far as this store can tell after a restart: at least
  /// the last `most`, oldest first; none where it cannot be read back. Asked once, before any
  /// write.
  virtual std::vector<EventKey> recall(std::size_t most) = 0;

  /// Whether it asks for the keys of what was stored so far, because recall() could not find them
  /// all again: after a rotation. Asked after each call.
  virtual bool wants_keys() const = 0;
  /// Keeps them for recall(). What goes wrong is its own business: it says so, and asks again
  /// later.
  virtual void keep(std::span<const EventKey> keys) = 0;

  /// Whether a write has a chance: asked after one has failed, to find out when it is over.
  virtual Result<void> check() = 0;
};

}  // namespace llmgw::collector
