// SPDX-License-Identifier: MIT
// SessionServer: what every server promises of its connections, whatever is spoken on them.
#pragma once

#include <boost/intrusive/list.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

#include "common/async/alarm.hpp"
#include "common/async/spawn.hpp"
#include "common/net/listener.hpp"

namespace llmgw {

/// A client's connection while a server keeps it, from one request to the next.
class Session : public boost::intrusive::list_base_hook<> {
 public:
  virtual ~Session() = default;
  /// Ends it where it stands.
  virtual void close() noexcept = 0;
  /// Open, and nothing of a request has come that was not answered.
  virtual bool is_at_rest() const noexcept = 0;

 private:
  friend class SessionServer;
  bool may_go() const noexcept { return is_waiting_ && is_at_rest(); }

  Deadline::Clock::time_point waits_since_;
  bool is_waiting_ = true;  // for a request
};

/// The connections of some listeners on one loop: how many there may be, and how they come to their
/// end. Belongs to its loop's thread.
class SessionServer {
 public:
  SessionServer(const SessionServer&) = delete;
  SessionServer& operator=(const SessionServer&) = delete;

  /// Once for each address.
  void start(std::unique_ptr<Listener> listener);

  /// From now on each response says that its connection ends, so that nobody writes into a close.
  void announce_end() noexcept { is_ending_ = true; }
  /// No new connections; idle ones are closed, the others after their current exchange. One that
  /// was used just now and was not told of its end may ask once more.
  void drain();
  bool is_draining() const noexcept { return is_draining_; }
  /// Closes every connection where it stands.
  void cancel_all() noexcept;

  /// Waits until the last session has ended; one waiter at a time.
  Task<void> wait_until_empty();
  std::size_t open_connections() const noexcept { return sessions_.size(); }
  /// Connections that were refused because the limit was reached.
  std::uint64_t turned_away() const noexcept { return turned_away_; }

  /// How many connections over the limit are told so at a time; those beyond are closed unheard.
  static constexpr std::size_t refusals = 16;

 protected:
  /// What becomes of a new connection.
  enum class Admission : std::uint8_t {
    serve,
    refuse,  ///< there are too many, and it is told so
    close,   ///< too many are being told so already
  };
  /// A session counts from here to the end of the scope.
  class Stay {
   public:
    Stay(SessionServer& server, Session& session, Admission admitted);
    ~Stay();
    Stay(const Stay&) = delete;
    Stay& operator=(const Stay&) = delete;

   private:
    SessionServer& server_;
    Session& session_;
    boost::intrusive::list<Session>& among_;
  };

  /// `most`: connections that are served at a time.
  SessionServer(Loop& loop, std::size_t most) noexcept
      : loop_(loop), most_(most), last_call_(loop) {}
  ~SessionServer() = default;

  /// Takes over a connection; as Listener::Accept.
  virtual Result<void> accept(Descriptor socket) = 0;
  /// At the limit the session that has waited longest makes room; where all are busy the new one
  /// cannot be served.
  Admission admit() noexcept;

  /// The session waits for its next request, from now on and for no longer than this. `idle`: how
  /// long it may, while there is no end in sight.
  std::chrono::milliseconds begin_wait(Session& session,
                                       std::chrono::milliseconds idle) const noexcept;
  static void end_wait(Session& session) noexcept { session.is_waiting_ = false; }

  Loop& loop() const noexcept { return loop_; }
  /// Whether an end was announced; a response asks when its head is written.
  const bool& is_ending() const noexcept { return is_ending_; }

 private:
  using Sessions = boost::intrusive::list<Session>;

  bool is_empty() const noexcept { return sessions_.empty() && refused_.empty(); }
  bool make_room() noexcept;
  void close_idle(Deadline::Clock::time_point since) noexcept;
  void note_end();

  Loop& loop_;
  const std::size_t most_;
  std::vector<std::unique_ptr<Listener>> listeners_;
  Sessions sessions_;
  Sessions refused_;  // over the limit, being told so
  OneShot<bool>* emptied_ = nullptr;
  std::uint64_t turned_away_ = 0;
  Alarm last_call_;  // of draining: who is idle then is closed
  bool is_ending_ = false;
  bool is_draining_ = false;
};

}  // namespace llmgw
