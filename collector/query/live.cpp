// SPDX-License-Identifier: MIT
// Each viewer has what waits for it, bounded, and a clock of seconds.
#include "collector/query/live.hpp"

#include "common/async/timer.hpp"

namespace llmgw::collector {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds second{1};
constexpr std::chrono::seconds comment_interval{15};
constexpr std::chrono::hours longest_stay{1};
constexpr std::chrono::seconds patience{10};      // with a viewer that takes nothing
constexpr std::size_t most_waiting = 512 * 1024;  // bytes

void append(std::string_view event, std::string_view data, std::string& text) {
  text.append("event: ").append(event).append("\ndata: ").append(data).append("\n\n");
}

std::string summary_of(const LiveSums& sums) {
  const std::pair<std::string_view, std::uint64_t> members[] = {
      {"requests", sums.requests},           {"errors", sums.errors},
      {"prompt_tokens", sums.prompt_tokens}, {"completion_tokens", sums.completion_tokens},
      {"cost_nano_usd", sums.cost_nano_usd}, {"unpriced_requests", sums.unpriced},
  };
  std::string text;
  for (const auto& [name, value] : members)
    text.append(text.empty() ? "{\"" : ",\"").append(name).append("\":") += std::to_string(value);
  return text + "}";
}

}  // namespace

class Live::Viewer {
 public:
  Viewer(Live& live, Filter filter)
      : live_(live),
        number_(++live.last_),
        filter_(std::make_shared<const Filter>(std::move(filter))),
        timer_(live.loop_) {
    live_.viewers_[number_] = this;
  }
  ~Viewer() { live_.viewers_.erase(number_); }
  Viewer(const Viewer&) = delete;
  Viewer& operator=(const Viewer&) = delete;

  LiveTap::Share share() {
    begin_second_if_due();
    return {.viewer = number_, .filter = filter_, .room = most_events - used_};
  }

  // The rest of a second's events wait while the client is slow; what has no room then is skipped.
  void take(LiveTap::Share& share) {
    begin_second_if_due();
    sums_.add(share.sums);
    skipped_ += share.skipped;
    used_ = std::min(most_events, used_ + share.lines.size());
    for (const std::string& each : share.lines) {
      const bool has_room = waiting_.size() + each.size() < most_waiting;
      has_room ? append("event", each, waiting_) : void(++skipped_);
      ++(has_room ? live_.shown_ : live_.skipped_);
    }
    live_.skipped_ += share.skipped;
    if (!waiting_.empty()) timer_.cancel();
  }

  void end() {
    is_over_ = true;
    timer_.cancel();
  }

  Task<void> run(http::EndpointExchange& exchange) {
    const Clock::time_point end = Clock::now() + longest_stay;
    std::string text = "retry: 2000\n: events as they are stored\n\n";
    while (!is_over_ && Clock::now() < end) {
      const Result<void> sent = co_await exchange.send(text);
      if (sent.has_error()) co_return;
      if (is_over_) break;
      if (waiting_.empty() && Clock::now() < summary_due_) {
        const auto rest = std::chrono::ceil<std::chrono::milliseconds>(summary_due_ - Clock::now());
        co_await timer_.wait(rest);
      }
      text = next_text(Clock::now());
    }
    co_await exchange.finish();
  }

 private:
  std::string next_text(Clock::time_point now) {
    std::string text = std::exchange(waiting_, {});
    if (now >= summary_due_) {
      if (skipped_ > 0) append("skipped", "{\"skipped\":" + std::to_string(skipped_) + "}", text);
      append("summary", summary_of(sums_), text);
      skipped_ = 0;
      sums_ = {};
      summary_due_ = now + second;
    }
    if (now >= comment_due_) {
      text += ":\n\n";
      comment_due_ = now + comment_interval;
    }
    return text;
  }

  void begin_second_if_due() {
    const Clock::time_point now = Clock::now();
    if (now - second_ < second) return;
    second_ = now;
    used_ = 0;
  }

  Live& live_;
  const std::uint64_t number_;
  const std::shared_ptr<const Filter> filter_;
  Timer timer_;
  std::string waiting_;
  LiveSums sums_;
  std::uint64_t skipped_ = 0;
  Clock::time_point second_{};  // in which so many were shown:
  std::size_t used_ = 0;
  Clock::time_point summary_due_ = Clock::now() + second;
  Clock::time_point comment_due_ = Clock::now() + comment_interval;
  bool is_over_ = false;
};

Live::~Live() = default;

Task<void> Live::serve(http::EndpointExchange& exchange, Filter filter) {
  Viewer viewer(*this, std::move(filter));
  const http::OutField fields[] = {{"Content-Type", "text/event-stream"},
                                   {"Cache-Control", "no-store"},
                                   {"X-Content-Type-Options", "nosniff"},
                                   {"Cross-Origin-Resource-Policy", "same-origin"},
                                   {"X-Accel-Buffering", "no"}};
  exchange.limit_progress(patience);
  const Result<void> started = co_await exchange.start(200, fields);
  if (started.has_error()) co_return;
  if (exchange.head().method == "HEAD") {
    co_await exchange.finish();
    co_return;
  }
  co_await viewer.run(exchange);
}

void Live::end_all() {
  for (const auto& [number, viewer] : viewers_) viewer->end();
}

std::shared_ptr<EventTap> Live::begin_write() {
  if (viewers_.empty()) return nullptr;
  std::vector<LiveTap::Share> shares;
  for (const auto& [number, viewer] : viewers_) shares.push_back(viewer->share());
  return std::make_shared<LiveTap>(std::move(shares));
}

// Viewers that have left meanwhile are not there any more.
void Live::end_write(EventTap& tap) {
  for (LiveTap::Share& each : static_cast<LiveTap&>(tap).shares()) {
    const auto found = viewers_.find(each.viewer);
    if (found != viewers_.end()) found->second->take(each);
  }
}

void Live::add_metrics(std::vector<Metric>& metrics) const {
  const auto number = [](std::uint64_t count) { return static_cast<double>(count); };
  metrics.push_back({"llmgw_query_live_viewers",
                     "Those who look on at /api/v1/live now.",
                     MetricKind::gauge,
                     {{{}, number(viewers_.size())}}});
  metrics.push_back(
      {"llmgw_query_live_events_total",
       "Events for those who look on: shown, or skipped for there were too many.",
       MetricKind::counter,
       {{{{"result", "shown"}}, number(shown_)}, {{{"result", "skipped"}}, number(skipped_)}}});
}

}  // namespace llmgw::collector
