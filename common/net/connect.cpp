// SPDX-License-Identifier: MIT
// The race of connection attempts.
#include "common/net/connect.hpp"

#include <sys/socket.h>

#include <cerrno>

#include "common/async/spawn.hpp"
#include "common/net/socket_error.hpp"

namespace llmgw {
namespace {

constexpr std::chrono::milliseconds attempt_delay{250};

/// One socket on its way. Forgotten with its owner.
class Attempt final : Poller::Target {
 public:
  using Done = std::function<void(Attempt&, errc)>;

  Attempt(Loop& loop, Done done) noexcept : loop_(loop), done_(std::move(done)) {}
  ~Attempt() { loop_.poller().forget(*this); }
  Attempt(const Attempt&) = delete;
  Attempt& operator=(const Attempt&) = delete;

  /// errc::ok: `done` will be called. Else it is not.
  errc start(const Endpoint& to) noexcept {
    socket_ = Descriptor(::socket(to.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!socket_.is_open()) return translate_errno(errno);
    if (::connect(socket_.number(), &to.any, to.size) != 0 && errno != EINPROGRESS)
      return translate_errno(errno);
    const auto added = loop_.poller().add(socket_.number(), EPOLLOUT | EPOLLET, *this);
    return added.has_error() ? errc::overloaded : errc::ok;
  }

  /// The socket, once it is connected.
  Descriptor take() noexcept {
    loop_.poller().remove(socket_.number(), *this);
    return std::move(socket_);
  }

 private:
  void ready(std::uint32_t) override {
    int fault = 0;
    socklen_t size = sizeof fault;
    ::getsockopt(socket_.number(), SOL_SOCKET, SO_ERROR, &fault, &size);
    if (fault != 0) {  // told once: asked again, the socket would say that all is well
      loop_.poller().forget(*this);
      socket_.close();
    }
    done_(*this, fault == 0 ? errc::ok : translate_errno(fault));
  }

  Loop& loop_;
  Done done_;
  Descriptor socket_;
};

/// Attempts side by side, until one is connected, all have failed or somebody ends it.
class Race final : Runnable {
 public:
  Race(Loop& loop, std::vector<Endpoint> endpoints)
      : loop_(loop), endpoints_(std::move(endpoints)), stagger_(loop), limit_(loop) {}

  Task<Result<ByteStream::Pointer>> run_for(std::chrono::milliseconds limit) {
    limit_.set(limit, [this] { end(errc::timed_out); });
    try_next();
    co_await finished_;
    if (!winner_.is_open()) co_return outcome_;
    co_return ByteStream::make(loop_, std::move(winner_));
  }

  /// The waiter goes on in the loop's next turn.
  void end(errc outcome) noexcept {
    if (std::exchange(over_, true)) return;
    outcome_ = outcome;
    stagger_.cancel();
    limit_.cancel();
    loop_.run_soon(*this);
  }

 private:
  void run() override {
    attempts_.clear();
    finished_.set(true);
  }

  void try_next() {
    while (!over_ && attempts_.size() < endpoints_.size()) {
      auto& attempt = *attempts_.emplace_back(std::make_unique<Attempt>(
          loop_, [this](Attempt& tried, errc fault) { this->tried(tried, fault); }));
      const errc fault = attempt.start(endpoints_[attempts_.size() - 1]);
      if (fault == errc::ok) break;
      note_failure(fault);  // which need not be waited out
    }
    if (!over_ && attempts_.size() < endpoints_.size())
      stagger_.set(attempt_delay, [this] { try_next(); });
  }

  void tried(Attempt& attempt, errc fault) {
    if (over_) return;
    if (fault == errc::ok) {
      winner_ = attempt.take();
      end(errc::ok);
    } else {
      note_failure(fault);
      try_next();
    }
  }

  void note_failure(errc fault) noexcept {
    if (fault == errc::overloaded) if_all_fail_ = errc::overloaded;
    if (++failed_ == endpoints_.size()) end(if_all_fail_);
  }

  Loop& loop_;
  std::vector<Endpoint> endpoints_;
  Alarm stagger_;
  Alarm limit_;
  std::vector<std::unique_ptr<Attempt>> attempts_;
  Descriptor winner_;
  std::size_t failed_ = 0;
  errc if_all_fail_ = errc::refused;
  errc outcome_ = errc::ok;
  bool over_ = false;
  OneShot<bool> finished_;
};

}  // namespace

Task<Result<ByteStream::Pointer>> connect(Loop& loop, std::vector<Endpoint> endpoints,
                                          std::chrono::milliseconds limit,
                                          ConnectAttempt* attempt) {
  if (endpoints.empty()) co_return errc::refused;
  if (attempt != nullptr && attempt->is_cancelled()) co_return errc::cancelled;
  Race race(loop, std::move(endpoints));
  const ConnectAttempt::Step step(attempt, [&race] { race.end(errc::cancelled); });
  auto outcome = co_await race.run_for(limit);
  co_return outcome;
}

}  // namespace llmgw
