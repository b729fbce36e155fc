// SPDX-License-Identifier: MIT
// The state of one exchange with the upstream, and its steps.
#pragma once

#include "common/async/spawn.hpp"
#include "common/http/exchange.hpp"
#include "proxy/api/call.hpp"
#include "proxy/api/context.hpp"
#include "proxy/api/edited_request.hpp"
#include "proxy/api/error_reply.hpp"
#include "proxy/api/taps.hpp"
#include "proxy/upstream/relay.hpp"

namespace llmgw::proxy {

/// Told when the client leaves; whatever waits for the upstream then ends.
class Forward final : public OpenExchange, private CloseListener {
 public:
  Forward(Context& context, http::Exchange& exchange);
  Forward(const Forward&) = delete;
  Forward& operator=(const Forward&) = delete;
  ~Forward() override;

  Task<void> run();

  bool is_limited() const noexcept override;
  void abandon() override;

 private:
  // How an attempt to go on ended: nothing, or the error to answer with.
  using Fault = const GatewayError*;

  Task<Fault> send_request();
  Fault begin_request(Gather& out);
  bool may_edit() const;
  bool may_still_edit() const;
  Task<Fault> edit_request();
  Task<Fault> read_rest_of_body();
  Task<Fault> deliver(Gather& out);
  Task<Fault> send_on_fresh_connection(std::string first);
  void go_on_sending();
  Task<void> pump_request();
  void conclude_request(const RelayEnd& end);
  Task<void> end_pump();
  Task<Fault> relay_response();
  struct HeldAnswer;
  Task<bool> is_refusal(HeldAnswer& answer);
  Task<Fault> send_original();
  void forget_about_usage();
  void note_unreadable() const;
  Task<Result<void>> pass_interim(const http::ResponseHead& head);
  bool may_await_usage() const noexcept;
  Task<void> await_usage(http::BodyDecoder& decoder);
  void begin_response(const http::ResponseHead& head, BodyForm form);
  void conclude(const RelayEnd& end, const http::ResponseHead& head, BodyForm form);
  Fault not_reached(errc fault) noexcept;
  Fault not_answered(errc fault) noexcept;
  Task<void> answer(const GatewayError& error);
  void emit();
  void peer_closed() noexcept override;
  void leave_upstream() noexcept;

  Context& context_;
  http::Exchange& exchange_;
  ByteStream& client_;
  const int client_minor_version_;
  const bool is_head_request_;
  const std::chrono::milliseconds silence_;
  Call call_;
  RequestTap request_tap_;
  ResponseTap response_tap_;
  EditedRequest edited_;
  std::size_t length_at_ = 0;             // in the head being sent
  std::unique_ptr<StreamFilter> filter_;  // of the response
  Pool::Connection upstream_;
  ConnectAttempt attempt_;
  Child pump_;
  Fault pump_fault_ = nullptr;
  std::string_view reason_;  // why the upstream could not be reached, or did not answer
  Outcome outcome_ = Outcome::completed;
  bool routed_ = false;
  bool client_gone_ = false;
  bool response_done_ = false;
  bool is_edited_ = false;   // the upstream was asked for more than the client asked for
  bool is_refused_ = false;  // it did not take that, as it says, and got the client's own request
  bool sent_all_ = false;    // of what deliver() was given
  bool is_awaiting_usage_ = false;
  bool sent_continue_ = false;  // the gateway itself told the client to send its body
};

}  // namespace llmgw::proxy
