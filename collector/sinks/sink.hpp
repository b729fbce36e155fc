// SPDX-License-Identifier: MIT
// Sink: a place where events are stored.
#pragma once

#include <span>
#include <string_view>

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

  /// Whether a write has a chance: asked after one has failed, to find out when it is over.
  virtual Result<void> check() = 0;
};

}  // namespace llmgw::collector
