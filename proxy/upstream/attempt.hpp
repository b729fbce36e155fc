// SPDX-License-Identifier: MIT
// Attempt: one try to have a request answered, by one upstream.
#pragma once

#include <memory>
#include <optional>

#include "proxy/http/head_reader.hpp"
#include "proxy/upstream/client_request.hpp"
#include "proxy/upstream/held_answer.hpp"
#include "proxy/upstream/request_pump.hpp"
#include "proxy/upstream/upstreams.hpp"
#include "proxy/upstream/verdict.hpp"

namespace llmgw::proxy {

/// What settings that route a request say of one attempt; without such settings nothing of it is
/// so.
struct AttemptOptions {
  std::string_view model = {};            ///< what its body is to ask for; empty: what it asks for
  std::string_view model_in_target = {};  ///< what its address is to name, if it names any
  /// How the request is translated into its dialect; null: it is not. Outlives the attempt.
  const TranslationTarget* translated = nullptr;
  bool keeps_request = false;  ///< another attempt may follow
  Causes causes = {};          ///< for which another target is there, and would be asked
  /// The longest wait asked for after which this one would be asked again; nothing: none.
  std::optional<std::chrono::nanoseconds> wait_max = {};
};

/// Whom an attempt asks, and what may follow on it.
struct AttemptTerms {
  Upstreams& upstreams;
  std::uint32_t upstream = 0;  ///< its number, and that of its key
  std::uint32_t key = 0;
  const AttemptOptions* options = nullptr;  ///< null: there are none. Outlive the attempt
};

/// Edits, connects, sends, and reads the head of the answer; the rest of the request may still be
/// on its way up then. Lives with its exchange, and ends before the next attempt begins.
class Attempt {
 public:
  /// Whether the request may be edited, or is to leave as its client meant it.
  enum class Form : std::uint8_t { may_be_edited, as_meant };

  /// What they refer to outlives it.
  Attempt(const AttemptTerms& terms, ClientRequest& request, Form form) noexcept;
  Attempt(const Attempt&) = delete;
  Attempt& operator=(const Attempt&) = delete;

  /// All of it. With Verdict::pass_on the answer's head, and what came behind it, lie in the
  /// workspace until the first suspension.
  Task<AttemptEnd> run();

  /// The same verdict holds for nobody any more: the connection is closed, or no longer tried for.
  void leave() noexcept;
  /// The same because the time for all of the exchange is over: it ends as timed out.
  void expire() noexcept;
  /// Whether the rest of the request is, or was, sent beside the answer; end_sending() ends that.
  bool is_sending() const noexcept { return pump_.is_started(); }
  Task<void> end_sending();
  errc pump_fault() const noexcept { return pump_.fault(); }
  /// The answer is over and was complete: another request may use the connection.
  void give_back();

  Upstream& upstream() const noexcept { return upstream_; }
  /// Whether the upstream has, or may have, some byte of the request.
  bool is_sent() const noexcept { return state_.is_sent; }
  bool is_connected() const noexcept { return connection_ != nullptr; }
  ByteStream& stream() noexcept { return connection_->stream(); }
  /// Whether a limit will end what is waited for.
  bool is_limited() const noexcept;
  /// Whether usage was asked for, or else something that the client did not ask for.
  bool is_edited() const noexcept { return is_edited_; }
  /// What is held of an answer that was looked at; null: none was, or it was taken.
  const HeldAnswer* held_answer() const noexcept { return held_answer_.get(); }
  /// With Verdict::next: the answer, if there was one.
  std::unique_ptr<HeldAnswer> take_answer() noexcept { return std::move(held_answer_); }

  /// How the request was translated; null if it was not.
  const TranslatedRequest* translated() const noexcept {
    return is_translated_ ? &translation_->request : nullptr;
  }
  /// Why it could not be; null if it could.
  const TranslationRefusal* refusal() const noexcept {
    return translation_ != nullptr && translation_->refusal ? &*translation_->refusal : nullptr;
  }
  /// With Verdict::as_learnt.
  const Lesson& lesson() const noexcept { return *translation_->lesson; }
  /// What went wrong, as the client is told of it; of a translated request that failed.
  const TranslatedError* error() const noexcept {
    return translation_ != nullptr && translation_->error ? &*translation_->error : nullptr;
  }

 private:
  /// What came of translating.
  struct Translated {
    TranslatedRequest request;
    std::optional<TranslationRefusal> refusal;
    std::optional<TranslatedError> error;
    std::optional<Lesson> lesson;
    std::string target;
    TranslatedHead head;
  };

  const AttemptOptions& options() const noexcept {
    static constexpr AttemptOptions none;
    return terms_.options == nullptr ? none : *terms_.options;
  }
  bool may_edit() const noexcept;
  bool names_another_model() const noexcept;
  Task<void> rename_model();
  Task<bool> hold_whole();
  Task<void> translate();
  Task<void> edit();
  Gather& compose();
  bool send_on_idle_connection(Gather& out);
  Task<void> send_on_fresh_connection();
  errc send_some(Gather& out);
  void go_on_sending();
  std::chrono::milliseconds patience_for_head() noexcept;
  bool take_head(const Result<http::HeadBytes>& bytes);
  Task<void> pass_interim();
  bool may_be_refused() const noexcept;
  bool may_follow(Cause cause) const noexcept;
  void note_status();
  bool has_error_to_read() const noexcept;
  Task<void> look_at_error();
  Task<void> look_at_first_event();
  bool has_first_event_to_wait_for() const noexcept;
  Cause cause_in(std::string_view text);
  bool learns_from_error();
  void take_early_error(const http::ResponseHead& head);
  void hold_answer();
  void pass_held_answer();
  Task<void> drop_answer();
  void note_answer();
  AttemptEnd conclude() const noexcept;
  void fail(Failure::Side side, errc fault) noexcept {
    state_.failure = {side, is_expired_ ? errc::timed_out : fault};
  }
  bool has_failed() const noexcept {
    return state_.failure.fault != errc::ok || request_.is_client_gone();
  }

  const AttemptTerms terms_;
  Upstream& upstream_;
  ClientRequest& request_;
  Pool::Connection connection_;
  ConnectAttempt* connecting_ = nullptr;  // while it is
  RequestPump pump_;
  http::HeadReader heads_;
  std::unique_ptr<HeldAnswer> held_answer_;
  AttemptState state_;
  std::unique_ptr<Translated> translation_;  // null: the request is not translated
  Cause cause_ = Cause::none;
  int status_ = 0;
  std::optional<std::chrono::nanoseconds> wait_;  // what the answer asks for
  unsigned interims_ = 0;                         // responses before the answer
  const Form form_;
  bool is_edited_ = false;
  bool is_renamed_ = false;
  bool is_translated_ = false;
  bool is_expired_ = false;
  bool has_sent_all_ = false;  // of what was there of the request
};

}  // namespace llmgw::proxy
