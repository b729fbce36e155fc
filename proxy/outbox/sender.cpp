// SPDX-License-Identifier: MIT
// Posting, splitting and retrying.
#include "proxy/outbox/sender.hpp"

#include "common/coding/compression.hpp"
#include "common/log/log.hpp"

namespace llmgw::proxy {
namespace {

constexpr std::chrono::seconds line_interval{10};
constexpr std::size_t most_said_of_an_answer = 300;

bool is_lost_connection(const boost::system::error_code& code) noexcept {
  return code == errc::connection_closed || code == errc::connection_reset ||
         code == errc::malformed_message;  // closed in the middle of the answer
}

}  // namespace

Sender::Sender(Loop& loop, const HttpUrl& collector, TlsContext* tls, Ledger& ledger)
    : collector_(collector),
      ledger_(ledger),
      client_(loop, collector, tls),
      pause_(loop),
      random_(std::random_device{}()) {}

Task<void> Sender::deliver(Batch& batch) {
  BatchBounds bounds = bounds_;
  while (!batch.is_empty() && !given_up_) {
    const Batch::Piece piece = batch.front(bounds);
    const auto begun = Clock::now();
    const Answer answer = co_await post(piece.lines);
    switch (answer.verdict) {
      case Verdict::delivered: settle(batch, piece, Term::delivered); break;
      case Verdict::rejected: settle(batch, piece, Term::rejected); break;
      case Verdict::split:
        if (piece.events == 1) {
          settle(batch, piece, Term::rejected);
        } else {
          bounds.bytes = piece.lines.size() / 2;
          bounds_.bytes = std::clamp(bounds.bytes, smallest_bound, bounds_.bytes);
        }
        break;
      case Verdict::retry: retries_.add(); co_await wait(answer.retry_after, begun);
    }
  }
}

Task<void> Sender::wait(std::chrono::milliseconds retry_after, Clock::time_point begun) {
  if (given_up_) co_return;
  const auto spent = std::chrono::floor<std::chrono::milliseconds>(Clock::now() - begun);
  const auto pause = backoff_.next(static_cast<std::uint32_t>(random_()), spent, retry_after);
  co_await pause_.wait(hurried_ ? std::min(pause, Backoff::shortest) : pause);
}

void Sender::hurry() noexcept {
  hurried_ = true;
  pause_.cancel();
}

void Sender::give_up() noexcept {
  given_up_ = true;
  pause_.cancel();
  client_.cancel();
}

Task<Sender::Answer> Sender::post(std::string_view lines) {
  const auto begun = Clock::now();
  const bool compressed = coding_.compress(lines.size());
  const std::string packed = compressed ? gzip(lines) : std::string();
  http::Request asked{"POST", collector_.path, "application/x-ndjson"};
  if (compressed) asked.content_encoding = "gzip";
  asked.body = compressed ? std::string_view(packed) : lines;

  const auto response = co_await request(asked);
  if (response.has_error()) {
    note_failure(response.error().message());
    co_return Answer{};
  }
  const Answer answer{verdict_of(response->status, response->body),
                      parse_retry_after(response->retry_after)};
  switch (answer.verdict) {
    case Verdict::delivered: coding_.note(lines.size(), compressed, Clock::now() - begun); break;
    case Verdict::retry: note_failure("status " + std::to_string(response->status)); break;
    default: note_refusal(*response);
  }
  if (answer.verdict == Verdict::retry) {
    client_.begin_anew();  // whoever answered may not be the collector, or not the one to ask
  } else {
    note_success();
  }
  co_return answer;
}

// A kept connection that the collector has closed meanwhile says nothing about the collector: asked
// again at once, which is safe as it knows events it has seen by their id.
Task<Result<http::Response>> Sender::request(http::Request request) {
  const Secret authorization = authorization_;  // which may change before there is an answer
  request.authorization = authorization.reveal();
  const bool was_kept = client_.has_kept_connection();
  auto response = co_await client_.request(request, limits);
  if (response.has_error() && was_kept && !given_up_ && is_lost_connection(response.error())) {
    response = co_await client_.request(request, limits);
  }
  co_return response;
}

void Sender::settle(Batch& batch, const Batch::Piece& piece, Term term) noexcept {
  ledger_.move(Term::in_flight, term, piece.events);
  batch.remove(piece);
}

// Every refused batch is counted; a line for each would be a flood.
void Sender::note_refusal(const http::Response& response) {
  const auto now = Clock::now();
  if (now < next_refusal_line_) return;
  next_refusal_line_ = now + line_interval;
  log::error("collector refused a batch",
             {{"status", response.status},
              {"answer", std::string_view(response.body).substr(0, most_said_of_an_answer)}});
}

// Once an outage, and again where its reason has changed: an outage that has become a 401 does not
// end by itself.
void Sender::note_failure(std::string reason) {
  if (given_up_) return;
  const auto now = Clock::now();
  if (backoff_.is_failing() && (reason == last_failure_ || now < next_failure_line_)) return;
  next_failure_line_ = now + line_interval;
  log::warn("collector does not take events; they are kept and tried again",
            {{"collector", to_string(collector_)}, {"reason", reason}});
  last_failure_ = std::move(reason);
}

void Sender::note_success() {
  if (backoff_.is_failing())
    log::info("collector takes events again", {{"collector", to_string(collector_)}});
  backoff_.reset();
}

}  // namespace llmgw::proxy
