// SPDX-License-Identifier: MIT
// The race of connection attempts, on Asio.
#include "common/net/connect.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstring>

#include "common/async/spawn.hpp"
#include "common/net/tcp_stream.hpp"

namespace llmgw {
namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;

constexpr std::chrono::milliseconds attempt_delay{250};

tcp::endpoint to_asio(const Endpoint& source) {
  tcp::endpoint made;
  made.resize(source.size);
  std::memcpy(made.data(), &source.any, source.size);
  return made;
}

/// Attempts side by side. Its handlers refer to it, so it ends only when the last of them has run.
class Race {
 public:
  Race(Loop& loop, std::vector<Endpoint> endpoints)
      : loop_(loop),
        endpoints_(std::move(endpoints)),
        stagger_(loop.context()),
        limit_(loop.context()) {}

  Task<Result<ByteStream::Pointer>> run(std::chrono::milliseconds limit) {
    wait(limit_, limit, [this] { end(errc::timed_out); });
    try_next();
    co_await finished_;
    if (winner_ == nullptr) co_return fault_;
    co_return std::move(winner_);
  }

  void end(errc fault) {
    if (std::exchange(over_, true)) return;
    fault_ = fault;
    stagger_.cancel();
    limit_.cancel();
    for (const auto& each : attempts_) {
      if (each) each->close();
    }
  }

 private:
  template <class Then>
  void wait(boost::asio::steady_timer& timer, std::chrono::milliseconds duration, Then then) {
    ++pending_;
    timer.expires_after(duration);
    timer.async_wait([this, then](error_code code) {
      if (!code && !over_) then();
      handled();
    });
  }

  void try_next() {
    if (attempts_.size() == endpoints_.size()) return;
    const std::size_t index = attempts_.size();
    attempts_.emplace_back(new TcpStream(loop_));
    ++pending_;
    static_cast<TcpStream&>(*attempts_.back())
        .socket.async_connect(to_asio(endpoints_[index]),
                              [this, index](error_code code) { tried(index, code); });
    if (index + 1 < endpoints_.size()) wait(stagger_, attempt_delay, [this] { try_next(); });
  }

  void tried(std::size_t index, error_code code) {
    if (!over_ && !code) {
      winner_ = std::move(attempts_[index]);
      static_cast<TcpStream&>(*winner_).configure();
      end(errc::ok);
    } else if (!over_) {
      if (translate(code) == errc::overloaded) outcome_ = errc::overloaded;
      if (++failed_ == endpoints_.size()) {
        end(outcome_);
      } else {
        try_next();  // a failure need not be waited out
      }
    }
    handled();
  }

  // Last in each handler: whoever waits for the end destroys this.
  void handled() {
    if (--pending_ == 0 && over_) finished_.set(true);
  }

  Loop& loop_;
  std::vector<Endpoint> endpoints_;
  boost::asio::steady_timer stagger_;
  boost::asio::steady_timer limit_;
  std::vector<ByteStream::Pointer> attempts_;
  ByteStream::Pointer winner_;
  std::size_t failed_ = 0;
  std::size_t pending_ = 0;
  errc outcome_ = errc::refused;  // if all fail
  errc fault_ = errc::ok;
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
  auto outcome = co_await race.run(limit);
  co_return outcome;
}

}  // namespace llmgw
