// SPDX-License-Identifier: MIT
// Building, running and ending one worker.
#include "proxy/worker.hpp"

#include <algorithm>

#include "proxy/worker_plan.hpp"

namespace llmgw::proxy {
namespace {

// Deadlines fire up to two ticks late; a limit below eight seconds gets a finer tick, for its sake
// alone.
std::chrono::milliseconds tick_for(const Config& config) {
  const auto shortest = std::chrono::ceil<std::chrono::milliseconds>(config.client_timeout);
  return std::clamp<std::chrono::milliseconds>(shortest / 8, std::chrono::milliseconds(10),
                                               std::chrono::seconds(1));
}

}  // namespace

/// Copies the loop's own counts to where other threads may read them.
struct Worker::Publisher final : Deadline {
  explicit Publisher(Worker& owner) : worker(owner) {
    worker.loop_.deadlines().add(*this);
    worker.loop_.deadlines().arm(*this, std::chrono::milliseconds(0));
  }
  void expired() noexcept override {
    worker.publish();
    worker.loop_.deadlines().arm(*this, std::chrono::milliseconds(0));
  }
  Worker& worker;
};

Worker::Worker(const Config& config, Limits limits, std::size_t queue_share, Wakeup& courier,
               CoolingBook& cooling, std::shared_ptr<const KeyTable> keys)
    : limits_(limits),
      cooling_(cooling),
      loop_(tick_for(config)),
      outbox_(queue_share, courier),
      keys_(std::move(keys)),
      context_{config, loop_, outbox_, build(*plan(config)), Callers::make(config.key_mode, keys_)},
      traffic_(context_),
      server_(loop_, traffic_, limits.clients),
      publisher_(std::make_unique<Publisher>(*this)) {
  if (config.payload_hash == PayloadHash::hmac)
    context_.digest_key = std::make_unique<DigestKey>(config.hash_key.reveal());
}

Worker::~Worker() = default;

Result<void> Worker::listen(const Endpoint& endpoint) {
  auto opened = Listener::open(loop_, endpoint);
  if (opened.has_error()) return opened.error();
  listeners_.push_back(std::move(*opened));
  return {};
}

void Worker::estimate_with(Estimator& estimator) {
  const Config& config = context_.config;
  const EstimateDesk::Settings settings{
      .counts_tokens = config.estimate == EstimateMode::bpe,
      .most_text = config.capture_bytes,
      .most_texts = static_cast<std::size_t>(config.estimate_memory / config.threads)};
  context_.desk = std::make_unique<EstimateDesk>(settings, estimator);
}

void Worker::start() {
  thread_ = std::thread([this] {
    for (auto& each : listeners_) server_.start(std::move(each));
    loop_.run();
  });
}

void Worker::set_key(std::string upstream, UpstreamKey key) {
  loop_.post([this, name = std::move(upstream), key = std::move(key)] {
    context_.upstreams->set_key(name, key);
  });
}

void Worker::set_issuer(std::shared_ptr<const TokenIssuer> issuer) {
  loop_.post([this, issuer = std::move(issuer)] {
    issuer_ = issuer;
    use_callers(context_.config.key_mode, keys_);
  });
}

void Worker::use_callers(KeyMode mode, std::shared_ptr<const KeyTable> keys) {
  keys_ = std::move(keys);
  context_.callers = Callers::make(mode, keys_, issuer_);
}

void Worker::set_discovered(std::shared_ptr<const Discovered> discovered) {
  loop_.post([this, discovered = std::move(discovered)] { context_.discovered = discovered; });
}

// Before the thread runs there is nobody else to see them: the first request is held to them too.
void Worker::limit(LimitsInUse limits,
                   std::function<void(std::vector<quota::DecisionCount>)> report) {
  auto use = [this, limits = std::move(limits), report = std::move(report)] {
    report_ = report;
    context_.limits.use(limits);
  };
  thread_.joinable() ? loop_.post(std::move(use)) : use();
}

void Worker::borrow(std::size_t most, std::function<void(UnitWaits::Changes)> tell) {
  auto begin = [this, most, tell = std::move(tell)] {
    context_.unit_waits = std::make_unique<UnitWaits>(loop_, most, tell);
  };
  thread_.joinable() ? loop_.post(std::move(begin)) : begin();
}

void Worker::look_at_units(std::function<void()> looked) {
  loop_.post([this, looked = std::move(looked)] {
    context_.unit_waits->look();
    context_.unit_waits->tell_changes();
    looked();
  });
}

void Worker::pass(std::function<void()> passed) {
  loop_.post([this, passed = std::move(passed)] {
    if (context_.unit_waits != nullptr) context_.unit_waits->tell_changes();
    passed();
  });
}

void Worker::announce_end() {
  loop_.post([this] { server_.announce_end(); });
}

void Worker::drain(std::function<void()> ended) {
  loop_.post([this, ended = std::move(ended)] {
    ended_ = ended;
    context_.draining = true;
    server_.drain();
    spawn([](Worker& self) -> Task<void> {
      co_await self.server_.wait_until_empty();
      for (const auto& each : self.context_.upstreams->all()) each.upstream->pool().close_idle();
      self.end();
    }(*this));
  });
}

void Worker::end() {
  context_.log.tell_held_back(BoundedLog::Clock::time_point::max());
  publish();
  if (ended_) std::exchange(ended_, nullptr)();
}

void Worker::cancel_all() {
  loop_.post([this] { server_.cancel_all(); });
}

void Worker::abandon() {
  loop_.post([this] {
    if (!ended_) return;
    const std::size_t count = context_.open_exchanges.abandon();
    log::error("exchanges did not end, and were given up", {{"exchanges", count}});
    loop_.halt();
    end();
  });
}

void Worker::join() {
  if (!thread_.joinable()) return;
  loop_.post([this] { loop_.stop(); });
  thread_.join();
}

void Worker::report_decisions() {
  if (context_.limits.callers != nullptr) context_.limits.callers->tell_decisions();
  if (!report_) return;
  auto decisions = context_.limits.decisions.take();
  if (!decisions.empty()) report_(std::move(decisions));
}

void Worker::publish() noexcept {
  context_.log.tell_held_back();
  try {
    report_decisions();
  } catch (...) {  // no memory: counts are no reason to end
  }
  gauges_.open_connections.set(server_.open_connections());
  gauges_.overdue_exchanges.set(context_.open_exchanges.count_overdue());
  for (const auto& each : context_.upstreams->all()) each.upstream->publish();
}

}  // namespace llmgw::proxy
