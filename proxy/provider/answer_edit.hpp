// SPDX-License-Identifier: MIT
// PURE: what changes an answer on its way to the client, because the request was changed.
#pragma once

#include <string_view>

#include "common/error.hpp"
#include "common/system/gather.hpp"

namespace llmgw::proxy {

/// Made for one answer by its head (see RequestEdit::edit_of_answer). Is shown each payload byte of
/// it once, in order, and lets go of what the client is to see.
class AnswerEdit {
 public:
  virtual ~AnswerEdit() = default;

  /// Adds to `out` what is to be sent now: views of `payload`, or bytes that `out` keeps. False:
  /// this is no good answer, and what was added is the last of it; the client sees no end.
  virtual bool pass(std::string_view payload, Gather& out) = 0;
  /// The answer is complete as HTTP has it: adds what is still held and is to be sent. False: the
  /// same.
  virtual bool finish(Gather& out) = 0;
  /// The answer was cut off by `fault`: adds what is still held and is to be sent all the same.
  virtual void release(errc fault, Gather& out) = 0;
};

}  // namespace llmgw::proxy
