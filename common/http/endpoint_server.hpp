// SPDX-License-Identifier: MIT
// EndpointServer: what the gateway answers itself, on Asio's sockets and with Boost.Beast: events,
// health, metrics.
#pragma once

#include <boost/intrusive/list.hpp>
#include <chrono>
#include <memory>
#include <vector>

#include "common/async/spawn.hpp"
#include "common/http/endpoint_exchange.hpp"
#include "common/net/listener.hpp"

namespace llmgw::http {

class SpareBuffers;

/// What an end point does with requests. Outlives its server.
class EndpointHandler {
 public:
  virtual ~EndpointHandler() = default;
  /// Answers one request. The connection is closed afterwards unless the exchange is reusable.
  virtual Task<void> handle(EndpointExchange& exchange) = 0;
  /// Answers what was not a request (errc of EndpointConnection::read_head, errc::overloaded); the
  /// connection is closed afterwards.
  virtual Task<void> refuse(EndpointExchange& exchange, errc fault) = 0;
};

struct EndpointLimits {
  std::chrono::milliseconds head =
      std::chrono::seconds(10);  ///< from a head's first byte to its last
  std::chrono::milliseconds idle =
      std::chrono::seconds(90);  ///< from one exchange to the next head
  std::chrono::milliseconds progress = std::chrono::seconds(60);  ///< see EndpointConnection::make
  std::size_t connections = ~std::size_t{0};                      ///< open at a time
};

/// The connections of some listeners on one loop, each a session that reads requests one after the
/// other. Belongs to its loop's thread.
class EndpointServer {
 public:
  EndpointServer(Loop& loop, EndpointHandler& handler, EndpointLimits limits = {});
  ~EndpointServer();
  EndpointServer(const EndpointServer&) = delete;
  EndpointServer& operator=(const EndpointServer&) = delete;

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
  struct Session;
  using Connection = std::unique_ptr<EndpointConnection>;
  using Hook = boost::intrusive::list_base_hook<>;
  using Sessions = boost::intrusive::list<Session, boost::intrusive::base_hook<Hook>>;

  bool is_empty() const noexcept { return sessions_.empty() && refused_.empty(); }
  void close_idle(Deadline::Clock::time_point since) noexcept;
  Result<void> accept(Descriptor socket);
  bool make_room() noexcept;
  Task<void> turn_away(Connection connection);
  void note_end();
  Task<void> run(Connection connection);
  Task<void> serve(Session& session);
  Task<bool> serve_one(Session& session);
  Task<void> refuse(Session& session, errc fault);

  Loop& loop_;
  EndpointHandler& handler_;
  EndpointLimits limits_;
  std::vector<std::unique_ptr<Listener>> listeners_;
  std::unique_ptr<SpareBuffers> buffers_;
  Sessions sessions_;
  Sessions refused_;  // connections over the limit, being told so
  OneShot<bool>* emptied_ = nullptr;
  std::uint64_t accepted_ = 0;
  std::uint64_t turned_away_ = 0;
  Alarm last_call_;  // of draining: who is idle then is closed
  bool ending_ = false;
  bool draining_ = false;
};

}  // namespace llmgw::http
