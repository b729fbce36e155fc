// SPDX-License-Identifier: MIT
// The race of connection attempts.
#include "common/net/connect.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <deque>

#include "common/async/spawn.hpp"
#include "common/async/use_task.hpp"
#include "common/net/socket_error.hpp"

namespace llmgw {
namespace {

using boost::asio::ip::tcp;

constexpr std::chrono::milliseconds attempt_delay{250};

/// Attempts side by side, until one is connected, all have failed or somebody ends it.
class Race {
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

  /// The waiter goes on when all attempts have ended, in the loop's next turn.
  void end(errc outcome) noexcept {
    if (std::exchange(over_, true)) return;
    outcome_ = outcome;
    stagger_.cancel();
    limit_.cancel();
    boost::system::error_code ignored;
    for (tcp::socket& each : sockets_) each.close(ignored);
  }

 private:
  void try_next() {
    spawn(attempt(endpoints_[sockets_.size()]));
    if (sockets_.size() < endpoints_.size()) stagger_.set(attempt_delay, [this] { try_next(); });
  }

  Task<void> attempt(const Endpoint& to) {
    ++under_way_;
    tcp::socket& socket = sockets_.emplace_back(loop_.context());
    const auto fault = co_await socket.async_connect(to, use_task);
    --under_way_;
    if (!over_) judge(socket, fault);
    if (over_ && under_way_ == 0) finished_.set(true);
  }

  void judge(tcp::socket& socket, const boost::system::error_code& fault) {
    if (!fault) {
      winner_ = Descriptor(socket.release());
      return end(errc::ok);
    }
    boost::system::error_code ignored;
    socket.close(ignored);
    if (translate_errno(fault.value()) == errc::overloaded) if_all_fail_ = errc::overloaded;
    if (++failed_ == endpoints_.size()) return end(if_all_fail_);
    if (sockets_.size() < endpoints_.size()) try_next();  // a failure need not be waited out
  }

  Loop& loop_;
  const std::vector<Endpoint> endpoints_;
  Alarm stagger_;
  Alarm limit_;
  std::deque<tcp::socket> sockets_;  // one for each attempt begun
  Descriptor winner_;
  std::size_t under_way_ = 0;
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
