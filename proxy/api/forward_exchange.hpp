// SPDX-License-Identifier: MIT
// The state of one exchange, and the steps of forward().
#pragma once

#include <boost/container/small_vector.hpp>
#include <memory>
#include <optional>
#include <vector>

#include "common/async/alarm.hpp"
#include "common/async/frame_pool.hpp"
#include "common/async/timer.hpp"
#include "common/text/bounded_string.hpp"
#include "proxy/api/call.hpp"
#include "proxy/api/context.hpp"
#include "proxy/api/error_reply.hpp"
#include "proxy/api/limit_error.hpp"
#include "proxy/api/request_prices.hpp"
#include "proxy/api/taps.hpp"
#include "proxy/http/exchange.hpp"
#include "proxy/provider/chat_answer/upstream_head.hpp"
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

  /// Sees whose it is, and takes what has come of the request; or says why that cannot be.
  const GatewayError* admit();
  /// Whether more of the request is to be had before it is routed.
  bool has_more_to_read() const noexcept;
  /// Holds it, as far as there is room; or says why that cannot be.
  Task<const GatewayError*> read_to_route();
  /// Finds whom to ask, and takes what the body tells of limits; or says why that cannot be.
  const GatewayError* find_route();
  /// Whether some limit has not enough units here, and may be lent some; nothing was refused then.
  bool lacks_units() const noexcept { return limited_ != nullptr && limited_->lacking; }
  /// Waits for them, at most UnitWaits::longest, and goes on with what asked for them; or says why
  /// that cannot be.
  Task<const GatewayError*> wait_for_units();
  /// Decides whom to ask first; or says why there is nobody.
  const GatewayError* take_target();
  /// The first attempt, or the one that follows from the verdict on the last one.
  Attempt& next_attempt(Verdict last);
  /// Whether the target that was asked is to be asked again after the wait that it names.
  bool has_to_wait(const AttemptEnd& end) { return routed_ != nullptr && may_wait(end); }
  Task<void> wait(std::chrono::nanoseconds duration);
  /// Whether another attempt is to follow on one that ended so; then it is known by whom.
  bool goes_on(const AttemptEnd& end) {
    return end.verdict != Verdict::pass_on && goes_on_behind(end);
  }
  /// Whether the client gets the answer of the attempt.
  bool is_passed_on(const AttemptEnd& end) {
    return end.verdict == Verdict::pass_on && (routed_ == nullptr || is_best(end));
  }
  /// Sends the answer of the attempt.
  Task<void> relay();
  /// Whether something of the request may still be on its way, though the answer is over.
  bool is_sending() const noexcept { return attempt_->is_sending(); }
  Task<void> end_sending() { return attempt_->end_sending(); }
  /// Whether the client is there and has got no byte of an answer.
  bool owes_answer() const noexcept;
  /// Answers with what became of the attempts.
  Task<void> answer(const AttemptEnd& end);
  /// Answers a request that reaches no upstream.
  Task<void> refuse(const GatewayError& error);
  /// Makes the event.
  void emit();

  bool is_limited() const noexcept override;
  void abandon() override;

 private:
  /// What only those of them have whose request was translated for some target.
  struct Translating : Pooled {
    TranslationTarget target;      // of the attempt
    std::optional<Lesson> lesson;  // of the attempt before, whose target is asked again
    std::optional<TranslatedError> kept_error;
    std::string dropped;  // of the request, because the target cannot honour it; by commas
    chat_answer::UpstreamHead upstream_head;                // of the answer
    std::vector<chat_answer::AnswerField> upstream_fields;  // of it, as the client gets them
    AnswerFacts facts;                                      // of the answer
    TranslationFacts event_facts;
  };

  /// What only those of them have whose caller is under a limit.
  struct Limited : Pooled {
    Limited(quota::Caller::Pointer caller, const quota::AdmissionTerms& terms) noexcept
        : reservation(std::move(caller), terms) {}

    quota::Reservation reservation;
    std::unique_ptr<LimitError> error;        // of a rule that refused
    std::optional<quota::RateFields> fields;  // as they were shown
    quota::Learned::Place place;              // see learned_place()
    std::uint64_t text_bytes = 0;             // of the request
    std::uint64_t part_tokens = 0;            // of its pictures and the like, as a guess
    std::uint64_t input_tokens = 0;           // of all of it, as a guess
    std::optional<quota::Refusal> lacking;    // of a rule that may be lent units
    UnitWait* waiting = nullptr;              // while it waits for them
    Call::Clock::time_point waits_until{};    // once it has begun to
    bool is_of_body = false;                  // what was asked last
    bool is_placed = false;                   // by a model
    bool is_text = false;
    bool is_sent = false;  // some upstream has, or may have, some byte of the request
  };

  /// What only exchanges have that the settings of a file route; the others need not carry it.
  struct Routed : Pooled {
    Route route;
    boost::container::small_vector<AttemptFact, 2> attempts;
    Call::Clock::time_point attempt_begun_at;
    std::unique_ptr<Translating> translating;  // null: no request was translated
    std::unique_ptr<HeldAnswer> kept;          // for the case that all fail
    std::size_t kept_upstream = 0;
    std::size_t kept_attempt = 0;
    Route::Choice choice;    // as the attempt goes by it
    AttemptOptions options;  // of the attempt
    std::optional<std::chrono::nanoseconds> refusal_wait;
    std::unique_ptr<Alarm> total;  // none: the exchange may last
    Timer* waiting = nullptr;      // while it is waited to ask again
    bool is_model_in_path = false;
    bool is_translatable = false;
    bool is_translated = false;  // the answer that the client gets
    bool has_waited = false;
    bool is_replayed = false;  // the answer that was kept
    bool is_expired = false;
  };

  const GatewayError* admit_caller();
  const GatewayError* check_model();
  std::optional<BoundedString<max_event_text>> model_in_body();
  std::string refused_model();
  std::unique_ptr<AnswerEdit> edit_of_answer(const http::ResponseHead& head) const;
  BodyForm begin_response(const http::ResponseHead& head);
  void conclude(const RelayEnd& end, BodyForm form, const http::Framing& framing, bool keeps_alive);
  bool may_read_on() const noexcept;
  quota::AbortBilling abort_billing() const;
  bool may_await_usage() const noexcept;
  bool may_drain() noexcept;
  Task<bool> read_on(http::BodyDecoder& decoder, std::size_t most, std::chrono::nanoseconds time,
                     bool (ResponseTap::*wants_more)() const);
  Task<void> await_usage(http::BodyDecoder& decoder);
  Task<void> drain(http::BodyDecoder& decoder);
  void hold_texts();
  bool may_have_tokens(const MeteringEvent& event) const noexcept;
  /// Whether the event is complete; else it has been handed over.
  bool settle_usage(MeteringEvent& event);
  void peer_closed() noexcept override;
  const GatewayError* refuse_all(Route::Clock::time_point now);
  const GatewayError* limit_total();
  void note_path(const NativePath& path);
  const GatewayError* leave_out_foreign(const RouteQuery& query, ClientDialect dialect);
  AttemptTerms attempt_terms();
  AttemptOptions attempt_options();
  bool may_wait(const AttemptEnd& end);
  bool goes_on_behind(const AttemptEnd& end);
  bool is_best(const AttemptEnd& end);
  void note_attempt(const AttemptEnd& end);
  void keep_answer();
  bool leave_answer();
  Task<void> replay();
  Task<void> reply_failure(const Failure& failure, const GatewayError& error);
  std::string_view key_id_for_limits() const noexcept;
  const GatewayError* admit_head();
  const GatewayError* ask_head();
  const GatewayError* decide(std::optional<quota::Refusal> refusal);
  bool goes_by_model() const noexcept;
  bool has_body_to_admit() const noexcept;
  bool has_more_to_admit() const noexcept;
  Task<errc> read_to_admit();
  const GatewayError* admit_body();
  bool is_body_read() const noexcept;
  const quota::Learned::Place& learned_place();
  void note_size();
  const GatewayError* refuse_by(const quota::Refusal& refusal);
  void show_limits(http::ResponseHead& head);
  void show_limits(std::vector<http::OutField>& fields);
  void note_sent() noexcept;
  void settle(const ResponseFacts& answer, std::optional<pricing::Nano> cost);
  RequestPrices request_prices() const;
  std::string_view asked_model() const noexcept;
  const TranslationTarget* translation_target();
  TenantSignatures signatures() const noexcept;
  bool takes_lesson();
  void note_lesson();
  AnswerTerms answer_terms() const;
  void note_upstream_head(std::size_t upstream);
  void note_limits(const AttemptEnd& end, Call::Clock::time_point now);
  void note_answer_facts(const AnswerFacts& facts);
  void note_translation(MeteringEvent& event);
  void note_cost(MeteringEvent& event);
  std::vector<http::OutField> translated_fields(std::string_view content_type, int status);
  void note_dropped();
  Task<void> relay_translated();
  Task<void> relay_stream();
  Task<void> reply_translated(CodingList codings);
  Task<void> reply_unreadable(errc fault);
  Task<void> reply_translated_error(const TranslatedError& told, std::size_t upstream);
  Task<void> reply_refusal(const TranslationRefusal& refusal);
  Task<Result<std::string>> read_whole_answer(CodingList codings);
  const Dialect& answering_dialect() const;
  void note_route(MeteringEvent& event);

  Context& context_;
  http::Exchange& exchange_;
  const Upstreams::Pointer upstreams_;  // that it was admitted by
  const Callers::Pointer callers_;      // the same; null: nobody looks at keys
  const KeySettings* key_ = nullptr;    // of those; null: not known
  Identity identity_;                   // holds the key where it is that of a token
  const ErrorForm error_form_;          // that the client reads
  Call call_;
  RequestTap request_tap_;
  ResponseTap response_tap_;
  ClientRequest request_;
  std::optional<Attempt> attempt_;
  std::unique_ptr<AnswerEdit> edit_of_answer_;
  const Candidate* candidate_ = nullptr;  // whom the attempt asks
  std::unique_ptr<Routed> routed_;        // null: there is one upstream, and nothing to choose
  std::unique_ptr<Limited> limited_;      // null: the caller is under no limit
  std::size_t answering_ = 0;             // the upstream whose answer the client gets
  Outcome outcome_ = Outcome::completed;
  bool checks_model_ = false;     // what the key allows depends on what is asked for
  bool is_relayed_ = false;       // the answer, as far as it came
  bool has_left_at_end_ = false;  // the client, once it had all of a stream but its framing's end
  bool is_awaiting_usage_ = false;
  bool is_drain_refused_ = false;
  bool is_usage_drained_ = false;  // it came to a stream that was read on without its client
};

}  // namespace llmgw::proxy
