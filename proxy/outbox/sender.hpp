// SPDX-License-Identifier: MIT
// Sender: gets batches to the collector, however long it takes.
#pragma once

#include <chrono>
#include <random>
#include <string>

#include "common/async/timer.hpp"
#include "common/http/client.hpp"
#include "common/metrics/counter.hpp"
#include "common/secret.hpp"
#include "proxy/outbox/backoff.hpp"
#include "proxy/outbox/batch.hpp"
#include "proxy/outbox/coding_choice.hpp"
#include "proxy/outbox/ledger.hpp"
#include "proxy/outbox/verdict.hpp"

namespace llmgw::proxy {

/// Posts batches as NDJSON, one request in flight, over one kept connection. On its loop's thread.
class Sender {
 public:
  /// `tls`: nullptr for an http collector. All references outlive the sender.
  Sender(Loop& loop, const HttpUrl& collector, TlsContext* tls, Ledger& ledger);

  /// Posts until every event of the batch is delivered or rejected, or until give_up(). Events move
  /// from in_flight as they are settled; what was given up stays in the batch, and in_flight.
  Task<void> deliver(Batch& batch);

  /// What later requests have as Authorization; empty: nothing.
  void set_authorization(Secret value) noexcept { authorization_ = std::move(value); }

  /// Waits no longer between attempts than a shutdown can afford.
  void hurry() noexcept;
  /// Ends what is under way; nothing is posted any more.
  void give_up() noexcept;
  /// Closes the connection; nothing is under way.
  void close() noexcept { client_.close(); }

  /// Whether the last attempt failed, so that the collector is waited for.
  bool is_failing() const noexcept { return backoff_.is_failing(); }
  /// Attempts that failed and were put off. Any thread.
  std::uint64_t retries() const noexcept { return retries_.value(); }

  /// What a collector that accepts and then says nothing costs: it may have been replaced
  /// meanwhile.
  static constexpr http::Client::Limits limits{std::chrono::seconds(1), std::chrono::seconds(5)};
  /// After a 413 later batches are cut smaller too, but not smaller than this.
  static constexpr std::size_t smallest_bound = 64 * 1024;

 private:
  struct Answer {
    Verdict verdict = Verdict::retry;
    std::chrono::milliseconds retry_after{0};
  };
  using Clock = std::chrono::steady_clock;
  Task<void> wait(std::chrono::milliseconds retry_after, Clock::time_point begun);
  Task<Answer> post(std::string_view lines);
  Task<Result<http::Response>> request(http::Request request);
  void settle(Batch& batch, const Batch::Piece& piece, Term term) noexcept;
  void note_refusal(const http::Response& response);
  void note_failure(std::string reason);
  void note_success();

  const HttpUrl& collector_;
  Ledger& ledger_;
  http::Client client_;
  Timer pause_;
  Backoff backoff_;
  CodingChoice coding_;
  BatchBounds bounds_;
  Secret authorization_;
  std::minstd_rand random_;
  Clock::time_point next_refusal_line_{}, next_failure_line_{};
  std::string last_failure_;
  Counter retries_;
  bool hurried_ = false;
  bool given_up_ = false;
};

}  // namespace llmgw::proxy
