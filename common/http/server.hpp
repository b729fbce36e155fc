// SPDX-License-Identifier: MIT
// Server: the connections of one listener on one loop, each a session that reads requests one after
// the other.
#pragma once

#include <boost/intrusive/list.hpp>
#include <chrono>
#include <memory>

#include "common/async/spawn.hpp"
#include "common/http/exchange.hpp"
#include "common/http/head_reader.hpp"
#include "common/net/listener.hpp"

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

struct ServerTimeouts {
  std::chrono::milliseconds head =
      std::chrono::seconds(10);  ///< from a head's first byte to its last
  std::chrono::milliseconds idle =
      std::chrono::seconds(90);  ///< from one exchange to the next head
};

/// Belongs to its loop's thread.
class Server {
 public:
  /// The loop is the one of its thread, whose listener it will be given.
  Server(Loop& /*loop*/, Handler& handler, ServerTimeouts timeouts = {}) noexcept
      : handler_(handler), timeouts_(timeouts) {}
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  void start(std::unique_ptr<Listener> listener);

  /// No new connections; idle ones are closed, the others after their current exchange.
  void drain();
  bool is_draining() const noexcept { return draining_; }
  /// Closes every connection where it stands.
  void cancel_all() noexcept;

  /// Waits until the last session has ended; one waiter at a time.
  Task<void> wait_until_empty();
  std::size_t open_connections() const noexcept { return sessions_.size(); }

 private:
  struct Session : boost::intrusive::list_base_hook<> {
    explicit Session(ByteStream::Pointer connection) noexcept : stream(std::move(connection)) {}
    ByteStream::Pointer stream;
    HeadReader heads;
    bool idle = true;
  };

  Task<void> run(ByteStream::Pointer stream);
  Task<bool> serve_one(Session& session);
  Task<void> refuse(Session& session, errc fault);
  static Task<void> linger(ByteStream& stream);

  Handler& handler_;
  ServerTimeouts timeouts_;
  std::unique_ptr<Listener> listener_;
  boost::intrusive::list<Session> sessions_;
  FieldStorage fields_;
  OneShot<bool>* emptied_ = nullptr;
  bool draining_ = false;
};

}  // namespace llmgw::http
