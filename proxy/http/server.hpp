// SPDX-License-Identifier: MIT
// Server: the connections of one listener on one loop, each a session that reads requests one after
// the other.
#pragma once

#include <boost/intrusive/list.hpp>
#include <chrono>
#include <memory>
#include <vector>

#include "common/async/spawn.hpp"
#include "common/net/listener.hpp"
#include "proxy/http/exchange.hpp"
#include "proxy/http/head_reader.hpp"

namespace llmgw::http {

/// What a server does with requests. Outlives it.
class Handler {
 public:
  virtual ~Handler() = default;
  /// Answers one request. The connection is closed afterwards unless the exchange is reusable.
  virtual Task<void> handle(Exchange& exchange) = 0;
  /// Answers what was not a request (errc of HeadReader and the head parser); the connection is
  /// closed afterwards.
  virtual Task<void> refuse(Exchange& exchange, errc fault) = 0;
};

struct ServerLimits {
  std::chrono::milliseconds head =
      std::chrono::seconds(10);  ///< from a head's first byte to its last
  std::chrono::milliseconds idle =
      std::chrono::seconds(90);  ///< from one exchange to the next head
  std::chrono::milliseconds progress = Exchange::progress_timeout;  ///< see Exchange
  std::size_t connections = ~std::size_t{0};                        ///< open at a time
};

/// Belongs to its loop's thread.
class Server {
 public:
  Server(Loop& loop, Handler& handler, ServerLimits limits = {}) noexcept
      : loop_(loop), handler_(handler), limits_(limits), last_call_(loop) {}
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Once for each address.
  void start(std::unique_ptr<Listener> listener);

  /// From now on each response says that its connection ends, so that nobody writes into a close.
  void announce_end() noexcept { ending_ = true; }
  /// No new connections; idle ones are closed, the others after their current exchange. One that
  /// was used just now and was not told of its end may ask once more.
  void drain();
  bool is_draining() const noexcept { return draining_; }
  /// Closes every connection where it stands.
  void cancel_all() noexcept;

  /// Waits until the last session has ended; one waiter at a time.
  Task<void> wait_until_empty();
  std::size_t open_connections() const noexcept { return sessions_.size(); }
  /// Connections that were refused because the limit was reached.
  std::uint64_t turned_away() const noexcept { return turned_away_; }

  /// How many connections over the limit are told so at a time; those beyond are closed unheard.
  static constexpr std::size_t refusals = 16;

 private:
  struct Session : boost::intrusive::list_base_hook<> {
    explicit Session(ByteStream::Pointer connection) noexcept : stream(std::move(connection)) {}
    ByteStream::Pointer stream;
    HeadReader heads;
    Deadline::Clock::time_point idle_since;
    bool idle = true;
    bool is_first = true;  // nothing was asked yet
    bool may_go() const noexcept { return idle && !heads.has_begun() && stream->is_open(); }
  };
  using Sessions = boost::intrusive::list<Session>;

  bool is_empty() const noexcept { return sessions_.empty() && refused_.empty(); }
  void close_idle(Deadline::Clock::time_point since) noexcept;
  void admit(ByteStream::Pointer stream);
  bool make_room() noexcept;
  Task<void> turn_away(ByteStream::Pointer stream);
  void note_end();
  Task<void> run(ByteStream::Pointer stream);
  Task<bool> serve_one(Session& session);
  Task<void> refuse(ByteStream& stream, errc fault);
  static Task<void> linger(ByteStream& stream);

  Loop& loop_;
  Handler& handler_;
  ServerLimits limits_;
  std::vector<std::unique_ptr<Listener>> listeners_;
  Sessions sessions_;
  Sessions refused_;  // connections over the limit, being told so
  FieldStorage fields_;
  OneShot<bool>* emptied_ = nullptr;
  std::uint64_t turned_away_ = 0;
  Alarm last_call_;  // of draining: who is idle then is closed
  bool ending_ = false;
  bool draining_ = false;
};

}  // namespace llmgw::http
