// SPDX-License-Identifier: MIT
// Answering requests, and the pace of streams.
#include "bench/load/upstream.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <limits>
#include <utility>

#include "bench/load/clock.hpp"

namespace llmgw::bench {

struct Upstream::Listener final : Handler {
  explicit Listener(Upstream& owner) : upstream(owner), descriptor(listen_anywhere(owner.port_)) {
    owner.reactor_.add(descriptor, *this, EPOLLIN);
  }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  ~Listener() override { ::close(descriptor); }
  void ready(std::uint32_t) override { upstream.accept_all(); }

  Upstream& upstream;
  int descriptor;
};

class Upstream::Connection final : public Handler {
 public:
  explicit Connection(Upstream& upstream) : upstream_(upstream) {}

  void open(int descriptor) {
    message_ = {};
    checking_ = false;
    socket_.accept(upstream_.reactor_, *this, descriptor, upstream_.tls_);
  }

  void ready(std::uint32_t events) override {
    if ((events & EPOLLOUT) != 0) socket_.flush();
    if ((events & ~static_cast<std::uint32_t>(EPOLLOUT)) == 0 || !socket_.is_open()) return;
    do {
      std::string_view bytes;
      const auto status = socket_.receive(bytes);
      if (status == Socket::Status::nothing) return;
      if (status == Socket::Status::closed || !take(bytes)) return close();
    } while (socket_.may_have_more());
  }

  // One more chunk of stream `stream`, if that is still the one being sent.
  void continue_stream(std::uint64_t stream, std::int64_t now, std::int64_t was_due) {
    if (stream != stream_) return;
    const Script& script = upstream_.script_;
    const bool last = upstream_.finishing_ || (script.chunks > 0 && number_ == script.chunks);
    if (last) {
      socket_.send(script.answers->ending());
      stream_ = 0;
      return;
    }
    socket_.send(script.answers->chunk(now, number_++));
    // Whoever is more than a gap behind leaves chunks out: an overloaded generator must not go on
    // sending yesterday's.
    const std::int64_t behind = (now - was_due) / script.gap;
    upstream_.left_out_ += static_cast<std::uint64_t>(behind);
    upstream_.due_.push({was_due + (behind + 1) * script.gap, this, stream});
  }

 private:
  bool take(std::string_view bytes) {
    for (;;) {
      std::string_view piece;
      const Message::Step step = message_.next(bytes, piece);
      if (step == Message::Step::need_more) return true;
      // Not before a request has come: the script may have changed since the last one.
      if (!std::exchange(checking_, true)) {
        check_.begin(upstream_.script_.request_body, upstream_.script_.request_content);
      }
      if (step == Message::Step::payload) {
        check_.piece(piece);
        continue;
      }
      if (step == Message::Step::fault || !check_.end()) ++upstream_.faults_;
      if (step == Message::Step::fault) return false;
      checking_ = false;
      answer();
    }
  }

  void answer() {
    const Script& script = upstream_.script_;
    if (!script.stream) return socket_.send(script.answers->plain().whole);
    const std::int64_t now = now_ns();
    number_ = 0;
    stream_ = ++upstream_.streams_;
    static std::string first;
    first.assign(script.answers->begin());
    first.append(script.answers->chunk(now, number_++));
    socket_.send(first);
    if (script.silent) {
      upstream_.due_.push({std::numeric_limits<std::int64_t>::max(), this, stream_});
      return;
    }
    // The next moment of this stream's phase that lies at least half a gap ahead.
    const std::int64_t phase = script.gap * (upstream_.next_slot_++ % script.slots) / script.slots;
    const std::int64_t since = now + script.gap / 2 - upstream_.origin_ - phase;
    upstream_.due_.push(
        {upstream_.origin_ + phase + (since / script.gap + 1) * script.gap, this, stream_});
  }

  void close() {
    socket_.close();
    stream_ = 0;
    upstream_.unused_.push_back(this);
  }

  Upstream& upstream_;
  Socket socket_;
  Message message_;
  BodyCheck check_;
  std::uint64_t stream_ = 0;  // 0: none
  std::uint32_t number_ = 0;
  bool checking_ = false;
};

Upstream::Upstream(Reactor& reactor, SSL_CTX* tls)
    : reactor_(reactor), tls_(tls), listener_(std::make_unique<Listener>(*this)) {}
Upstream::~Upstream() = default;

void Upstream::play(const Script& script) {
  script_ = script;
  finishing_ = false;
  faults_ = 0;
  left_out_ = 0;
  next_slot_ = 0;
  origin_ = now_ns();
}

void Upstream::finish_streams() {
  finishing_ = true;
  const std::int64_t now = now_ns();
  while (!due_.empty() && script_.silent) {
    const Due due = due_.top();
    due_.pop();
    due.connection->continue_stream(due.stream, now, now);
  }
}

std::int64_t Upstream::send_due(std::int64_t now) {
  while (!due_.empty() && due_.top().at <= now) {
    const Due due = due_.top();
    due_.pop();
    due.connection->continue_stream(due.stream, now_ns(), due.at);
  }
  return due_.empty() ? std::numeric_limits<std::int64_t>::max() : due_.top().at;
}

void Upstream::accept_all() {
  for (;;) {
    const int descriptor =
        ::accept4(listener_->descriptor, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (descriptor < 0) return;
    if (unused_.empty()) {
      connections_.push_back(std::make_unique<Connection>(*this));
      unused_.push_back(connections_.back().get());
    }
    Connection* connection = unused_.back();
    unused_.pop_back();
    connection->open(descriptor);
  }
}

}  // namespace llmgw::bench
