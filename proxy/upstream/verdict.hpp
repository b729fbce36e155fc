// SPDX-License-Identifier: MIT
// PURE: what becomes of a request whose attempt has come to an end; the one place that says when
// something may be sent again.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "common/error.hpp"
#include "proxy/config/routing.hpp"

namespace llmgw::proxy {

/// Why an attempt failed.
struct Failure {
  enum class Side : std::uint8_t {
    client,      ///< its request went wrong
    connection,  ///< none to the upstream could be had
    upstream,    ///< it did not take the request, or did not answer it
  };
  Side side = Side::upstream;
  errc fault = errc::ok;  ///< ok: it did not fail
};

/// What an upstream would not have, of what the gateway and not the client has said.
enum class Refused : std::uint8_t {
  nothing,
  edit,         ///< what was added to the request
  translation,  ///< how it was translated, which can be done otherwise
};

/// What an attempt has come to.
struct AttemptState {
  Failure failure = {};
  bool has_client = true;              ///< the client is still there
  bool is_sent = false;                ///< the upstream has, or may have, some byte of the request
  bool is_answered = false;            ///< the head of its final answer is there
  Refused refused = Refused::nothing;  ///< which says that it processed nothing, because of that
  bool may_repeat = false;             ///< the settings allow another try for what came of this one
};

enum class Verdict : std::uint8_t {
  pass_on,    ///< the answer is the client's
  as_meant,   ///< the same upstream is to get the request as the client meant it
  as_learnt,  ///< the same one is to get it translated as its refusal has taught
  next,       ///< another upstream may be asked
  fail,       ///< the client is told of the failure
  drop,       ///< nobody waits for an answer
};

/// The rule: nothing is repeated that may have been processed, and billed, unless the operator has
/// named the cause; nothing is tried for a client that has left. A client that was given a byte of
/// an answer is never brought here.
Verdict judge(const AttemptState& state) noexcept;

/// How an attempt ended.
struct AttemptEnd {
  Verdict verdict = Verdict::next;
  Failure failure = {};
  int status = 0;                                     ///< of the answer; 0: there was none
  Cause cause = Cause::none;                          ///< why it failed, whatever follows
  std::optional<std::chrono::nanoseconds> wait = {};  ///< what the answer asks for
};

}  // namespace llmgw::proxy
