// SPDX-License-Identifier: MIT
// The state of one exchange, and the steps of forward().
#pragma once

#include <optional>

#include "proxy/api/call.hpp"
#include "proxy/api/context.hpp"
#include "proxy/api/error_reply.hpp"
#include "proxy/api/taps.hpp"
#include "proxy/http/exchange.hpp"
#include "proxy/upstream/attempt.hpp"
#include "proxy/upstream/client_request.hpp"
#include "proxy/upstream/relay.hpp"

namespace llmgw::proxy {

/// Told when the client leaves; whatever waits for the upstream then ends.
class Forward final : public OpenExchange, private CloseListener {
 public:
  Forward(Context& context, http::Exchange& exchange);
  Forward(const Forward&) = delete;
  Forward& operator=(const Forward&) = delete;
  ~Forward() override;

  /// Finds the route, and takes what has come of the request; or says why that cannot be.
  const GatewayError* admit();
  /// The first attempt, or the one that follows from the verdict on the last one.
  Attempt& next_attempt(Verdict last);
  /// Whether another attempt is to follow on one that ended so.
  bool goes_on(Verdict last) const noexcept;
  /// Sends the answer of the attempt.
  Task<void> relay();
  /// Whether something of the request may still be on its way, though the answer is over.
  bool is_sending() const noexcept { return attempt_->is_sending(); }
  Task<void> end_sending() { return attempt_->end_sending(); }
  /// Whether the client is there and has got no byte of an answer.
  bool owes_answer() const noexcept;
  /// Answers with what became of the last attempt.
  Task<void> answer(Failure failure);
  /// Answers a request that reaches no upstream.
  Task<void> refuse(const GatewayError& error);
  /// Makes the event.
  void emit();

  bool is_limited() const noexcept override;
  void abandon() override;

 private:
  std::unique_ptr<AnswerEdit> edit_of_answer(const http::ResponseHead& head) const;
  BodyForm begin_response(const http::ResponseHead& head);
  void conclude(const RelayEnd& end, BodyForm form, const http::Framing& framing, bool keeps_alive);
  bool may_await_usage() const noexcept;
  Task<void> await_usage(http::BodyDecoder& decoder);
  void peer_closed() noexcept override;

  Context& context_;
  http::Exchange& exchange_;
  const Upstreams::Pointer upstreams_;  // that it was admitted by
  Call call_;
  RequestTap request_tap_;
  ResponseTap response_tap_;
  ClientRequest request_;
  std::optional<Attempt> attempt_;
  std::unique_ptr<AnswerEdit> edit_of_answer_;
  Route route_{0};
  Outcome outcome_ = Outcome::completed;
  bool is_relayed_ = false;  // the answer, as far as it came
  bool is_awaiting_usage_ = false;
};

}  // namespace llmgw::proxy
