// SPDX-License-Identifier: MIT
// PURE: what takes bytes out of a streamed answer on its way to the client.
#pragma once

#include <string_view>

#include "common/system/gather.hpp"

namespace llmgw::proxy {

/// Is shown each payload byte of one answer once, in order, and lets go of what the client is to
/// see.
class StreamFilter {
 public:
  virtual ~StreamFilter() = default;

  /// Adds to `out` what is to be sent now: views of `payload`, or bytes that `out` keeps.
  virtual void pass(std::string_view payload, Gather& out) = 0;
  /// The answer is complete: adds what is still held and is to be sent.
  virtual void finish(Gather& out) = 0;
  /// The answer was cut off: adds what is still held and is to be sent all the same.
  virtual void release(Gather& out) = 0;
};

}  // namespace llmgw::proxy
