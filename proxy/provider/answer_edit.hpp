// SPDX-License-Identifier: MIT
// PURE: what changes an answer on its way to the client, because the request was changed.
#pragma once

#include <string_view>

#include "common/system/gather.hpp"

namespace llmgw::proxy {

/// Made for one answer by its head (see RequestEdit::edit_of_answer). Is shown each payload byte of
/// it once, in order, and lets go of what the client is to see.
class AnswerEdit {
 public:
  virtual ~AnswerEdit() = default;

  /// Adds to `out` what is to be sent now: views of `payload`, or bytes that `out` keeps.
  virtual void pass(std::string_view payload, Gather& out) = 0;
  /// The answer is complete: adds what is still held and is to be sent.
  virtual void finish(Gather& out) = 0;
  /// The answer was cut off: adds what is still held and is to be sent all the same.
  virtual void release(Gather& out) = 0;
};

}  // namespace llmgw::proxy
