// SPDX-License-Identifier: MIT
// The phases of a cell: connect, warm up, measure, let everything end.
#include "bench/load/run_cell.hpp"

#include <limits>

#include "bench/load/clients.hpp"
#include "bench/load/clock.hpp"
#include "bench/load/event_text.hpp"

namespace llmgw::bench {
namespace {

using Kind = Cell::Kind;

constexpr std::int64_t forever = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t patience = 10 * seconds;
constexpr std::uint64_t opening_at_once = 64;

class Run {
 public:
  Run(const Cell& cell, Reactor& reactor, Upstream& upstream)
      : cell_(cell),
        upstream_(upstream),
        streams_(cell.kind == Kind::stream || cell.kind == Kind::idle),
        request_(make_request(cell.body, streams_, cell.fields)),
        crowd_{reactor, outcome_, cell.port, {}, {}} {
    if (cell.kind == Kind::events) {
      batches_ = std::make_unique<EventBatches>(cell.batch);
      crowd_.next_request = [this] { return batches_->next(); };
      crowd_.reply_status = 202;
    } else {
      crowd_.next_request = [this] { return std::string_view(request_.whole); };
      if (cell.status == 0) {
        crowd_.reply_body = plain_reply().body;
      } else {
        crowd_.reply_status = cell.status;
      }
      if (cell.rewritten) crowd_.reply_content = plain_reply().content;
    }
    if (streams_ && cell.chunks > 0) crowd_.chunks = cell.chunks + 1;
    if (cell.requests > 0) crowd_.most = cell.requests;
    crowd_.asks_again = cell.kind != Kind::paced;
    Script script;
    if (cell.is_anthropic) script.answers = &anthropic_answers;
    script.request_body = request_.body;
    if (cell.rewritten) script.request_content = request_.content;
    script.stream = streams_;
    script.silent = cell.kind == Kind::idle;
    script.gap = static_cast<std::int64_t>(cell.gap * milliseconds);
    script.chunks = cell.chunks;
    script.slots = cell.connections;
    upstream.play(script);
  }

  Outcome run(const std::function<void()>& held) {
    open_all();
    if (cell_.hold) {
      held();
    } else if (cell_.requests > 0) {
      measure([this](std::int64_t) { return crowd_.asked == crowd_.most && crowd_.open == 0; });
    } else {
      until(now_ns() + in_ns(cell_.warmup));
      const std::int64_t end = now_ns() + in_ns(cell_.seconds);
      measure([end](std::int64_t now) { return now >= end; }, end);
    }
    finish();
    outcome_.errors += upstream_.faults();
    return std::move(outcome_);
  }

 private:
  static std::int64_t in_ns(double duration) {
    return static_cast<std::int64_t>(duration * static_cast<double>(seconds));
  }

  std::unique_ptr<Client> stream_client() {
    if (cell_.rewritten) return std::make_unique<RewrittenStreamClient>(crowd_);
    return std::make_unique<StreamClient>(crowd_);
  }

  // One step: what is due, then what has arrived.
  void turn(std::int64_t until) {
    const std::int64_t now = now_ns();
    until = std::min(until, upstream_.send_due(now));
    if (pacing_) until = std::min(until, ask_due(now));
    crowd_.reactor.turn(until);
  }

  void until(std::int64_t end) {
    while (now_ns() < end) turn(end);
  }

  // Idle connections take turns, as those of many users would.
  std::int64_t ask_due(std::int64_t now) {
    const std::int64_t gap = seconds / cell_.rate;
    for (; next_ask_ <= now; next_ask_ += gap) {
      std::size_t tried = 0;
      while (!clients_[next_client_]->is_idle() && tried < clients_.size()) {
        next_client_ = (next_client_ + 1) % clients_.size();
        ++tried;
      }
      if (tried == clients_.size()) return now + gap;  // asked late, and counted as late
      clients_[next_client_]->ask(next_ask_);
      next_client_ = (next_client_ + 1) % clients_.size();
    }
    return next_ask_;
  }

  void open_all() {
    // Streams that end and begin anew are spread over their whole length, so that at any time some
    // begin; others over their gap, by the upstream.
    const std::int64_t begun = now_ns();
    const auto life = static_cast<double>(cell_.chunks) * cell_.gap * milliseconds;
    for (std::uint32_t i = 0; i < cell_.connections; ++i) {
      if (streams_) {
        const auto at = static_cast<std::int64_t>(life * i / cell_.connections);
        until(begun + at);
        const std::int64_t limit = now_ns() + patience;
        while (i >= crowd_.started + opening_at_once && outcome_.errors == 0) {
          turn(limit);
          if (now_ns() >= limit) ++outcome_.errors;  // streams that never began
        }
        clients_.push_back(stream_client());
      } else {
        clients_.push_back(std::make_unique<RequestClient>(crowd_));
      }
      if (!clients_.back()->connect()) {
        ++outcome_.errors;
        continue;
      }
      if (cell_.kind != Kind::paced) clients_.back()->ask(now_ns());
    }
    if (streams_) {
      const std::int64_t limit = now_ns() + patience;
      while (crowd_.started < cell_.connections && outcome_.errors == 0 && now_ns() < limit)
        turn(limit);
    }
    next_ask_ = now_ns();
    pacing_ = cell_.kind == Kind::paced;
  }

  template <class Done>
  void measure(Done done, std::int64_t latest = forever) {
    const std::int64_t limit = std::min(latest, now_ns() + 10 * patience);
    for (const pid_t each : cell_.processes) outcome_.cpu.push_back(-cpu_ns(each));
    outcome_.own_cpu = -read_clock(CLOCK_PROCESS_CPUTIME_ID);
    outcome_.measuring = true;
    const std::uint64_t left_out = upstream_.left_out();
    const std::int64_t begun = now_ns();
    std::int64_t now = begun;
    for (; !done(now) && now < limit; now = now_ns()) turn(limit);
    outcome_.seconds = static_cast<double>(now - begun) / static_cast<double>(seconds);
    outcome_.measuring = false;
    outcome_.left_out = upstream_.left_out() - left_out;
    outcome_.own_cpu += read_clock(CLOCK_PROCESS_CPUTIME_ID);
    for (std::size_t i = 0; i < cell_.processes.size(); ++i)
      outcome_.cpu[i] += cpu_ns(cell_.processes[i]);
  }

  void finish() {
    crowd_.asks_again = false;
    crowd_.chunks = 0;  // streams are cut short now
    pacing_ = false;
    if (streams_) upstream_.finish_streams();
    const std::int64_t limit = now_ns() + patience;
    while (crowd_.open > 0 && now_ns() < limit) turn(limit);
    outcome_.errors += crowd_.open;  // unanswered
  }

  const Cell& cell_;
  Upstream& upstream_;
  const bool streams_;
  RequestText request_;
  std::unique_ptr<EventBatches> batches_;
  Outcome outcome_;
  Crowd crowd_;
  std::vector<std::unique_ptr<Client>> clients_;
  bool pacing_ = false;
  std::int64_t next_ask_ = 0;
  std::size_t next_client_ = 0;
};

}  // namespace

Outcome run_cell(const Cell& cell, Reactor& reactor, Upstream& upstream,
                 const std::function<void()>& held) {
  return Run(cell, reactor, upstream).run(held);
}

}  // namespace llmgw::bench
