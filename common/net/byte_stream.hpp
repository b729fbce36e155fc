// SPDX-License-Identifier: MIT
// ByteStream: one TCP connection, plain or TLS, as a relay needs it: few system calls, little
// memory, no copies.
#pragma once

#include <array>
#include <chrono>
#include <coroutine>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "common/async/loop.hpp"
#include "common/async/task.hpp"
#include "common/error.hpp"
#include "common/net/stream_waits.hpp"
#include "common/net/tls.hpp"
#include "common/system/descriptor.hpp"

namespace llmgw {

/// Told when a watched peer has closed or reset its side.
class CloseListener {
 public:
  /// Runs on the loop. It may close and release streams, the one it watches included.
  virtual void peer_closed() noexcept = 0;

 protected:
  ~CloseListener() = default;
};

/// A connection on one loop; one coroutine may read and one may write at a time, on the loop's
/// thread.
///
/// What arrives is received into the loop's one buffer, so an idle stream holds no memory for it. A
/// receive that emptied the socket is followed by another only when an event has come.
class ByteStream final : EdgeSet::Target, Runnable {
 public:
  using Pointer = std::unique_ptr<ByteStream>;

  /// Takes over a connected socket that does not block. errc::overloaded without memory.
  static Result<Pointer> make(Loop& loop, Descriptor socket);
  /// Closes it; whoever still waits is told nothing.
  ~ByteStream();

  class Read;
  class Write;

  /// The next bytes: never empty, good until the next suspension of this coroutine.
  /// errc::connection_closed at a clean end; connection_reset, timed_out, cancelled, tls_failed
  /// otherwise.
  Read read() noexcept;

  /// Sends all pieces. The memory behind them is needed only until the coroutine suspends: what the
  /// socket does not take at once is copied. Fails with connection_reset, timed_out or cancelled.
  /// `source`: a stream that is not read meanwhile; while this one waits for its peer, the end of
  /// that one's is still told to its listener.
  Write write(Gather& pieces, ByteStream* source = nullptr) noexcept;
  /// The same in two steps. send(): what the socket takes at once; the rest is copied, and true
  /// says that there is none. flush(): waits until it is gone.
  Result<bool> send(Gather& pieces);
  Write flush(ByteStream* source = nullptr) noexcept;

  /// Gives bytes back that belong to the next message; read() returns them first.
  void unread(std::string_view bytes);
  bool has_unread() const noexcept { return unread_size() > 0; }

  /// While nobody reads: looks for the peer's end and tells `listener` (nullptr: nobody), within
  /// this call if it was seen already. Bytes that arrive meanwhile are kept for read(), up to
  /// `watch_limit`; beyond that the rest stays in the socket, which is asked for the peer's end
  /// twenty times a second.
  void watch(CloseListener* listener);
  /// Says who is told, without looking before the next read or write has to wait.
  void tell(CloseListener* listener) noexcept { listener_ = listener; }
  /// True once the peer's end or a reset was seen and nothing is left to read.
  bool is_peer_closed() const noexcept { return fault_ != errc::ok && !has_unread(); }
  /// Asks the socket itself (one system call); for a connection that was idle for a while.
  bool is_stale();

  // Reading and writing have a limit each: what is under way, or begun next, then fails with
  // errc::timed_out.

  /// Of both directions.
  void expires_after(std::chrono::milliseconds duration) noexcept;
  void expires_never() noexcept;
  void read_expires_after(std::chrono::milliseconds duration) noexcept;
  void read_expires_never() noexcept { read_limit_.expires_never(); }
  /// Of a write, counted anew as long as the peer goes on taking bytes.
  void expires_without_progress(std::chrono::milliseconds duration) noexcept;
  void write_expires_never() noexcept { write_limit_.expires_never(); }
  /// Whether a limit is running, in either direction.
  bool is_limited() const noexcept { return read_limit_.is_armed() || write_limit_.is_armed(); }

  /// Lets a read that is under way fail with errc::timed_out at once; the connection stays usable.
  void interrupt_read() noexcept;
  /// Ends pending operations with `reason` and closes the socket; idempotent.
  void close(errc reason = errc::cancelled) noexcept;
  /// Closes so that the peer sees a reset, not an end.
  void reset() noexcept;
  /// Sends FIN; reading goes on.
  void shutdown_send() noexcept;
  bool is_open() const noexcept { return socket_.is_open(); }
  /// Whether the kernel has not taken all that was given to be written.
  bool is_writing() const noexcept { return writer_ || !unsent_.empty(); }
  /// Open, with nobody reading or writing, and nothing left to send or to read: it may change
  /// hands.
  bool is_idle() const noexcept {
    return is_open() && !reader_ && !writer_ && unsent_.empty() && fault_ == errc::ok &&
           send_fault_ == errc::ok && !has_unread() && !(tls_ && tls_->has_received_close());
  }

  /// Client handshake with verification, before anything else is sent. errc::tls_failed: see
  /// tls_failure().
  Task<Result<void>> start_tls(TlsContext& context, const std::string& host);
  std::string tls_failure() const { return tls_ ? tls_->failure() : std::string(); }

  /// Bytes the kernel has taken (ciphertext counted) since the connection began.
  std::uint64_t bytes_sent() const noexcept { return bytes_sent_; }
  Loop& loop() noexcept { return loop_; }

  static constexpr std::size_t small_receive = 1024;
  static constexpr std::size_t watch_limit = 64 * 1024;

  class Read {
   public:
    explicit Read(ByteStream& stream) noexcept : stream_(stream) {}
    bool await_ready() { return stream_.prepare_read(); }
    void await_suspend(std::coroutine_handle<> reader) { stream_.await_read(reader); }
    Result<std::string_view> await_resume() { return stream_.take_read(); }

   private:
    ByteStream& stream_;
  };

  class Write {
   public:
    /// Without pieces it is what was left that is sent.
    Write(ByteStream& stream, Gather* pieces, ByteStream* source) noexcept
        : stream_(stream), pieces_(pieces), source_(source) {}
    bool await_ready() {
      return pieces_ != nullptr ? stream_.send_now(*pieces_) : stream_.has_sent_all();
    }
    void await_suspend(std::coroutine_handle<> writer) { stream_.await_write(writer, source_); }
    Result<void> await_resume() noexcept { return stream_.take_write(); }

   private:
    ByteStream& stream_;
    Gather* pieces_;
    ByteStream* source_;
  };

 private:
  ByteStream(Loop& loop, Descriptor socket) noexcept;

  /// Tells the stream that a limit has passed.
  template <void (ByteStream::*Passed)() noexcept>
  struct Limit final : Deadline {
    explicit Limit(ByteStream& stream) noexcept : owner(stream) {}
    void expired() noexcept override { (owner.*Passed)(); }
    ByteStream& owner;
  };

  // What the loop says.
  void ready(std::uint32_t events) override;
  void run() override;
  void read_expired() noexcept;
  void write_expired() noexcept;

  // One wait each for bytes and for room.
  void arm_receive() noexcept;
  void arm_send() noexcept;
  void finish_receive();
  void finish_send();
  void cancel_receive() noexcept;
  void cancel_send() noexcept;
  void received(errc fault, std::string_view bytes);

  bool prepare_read();
  void await_read(std::coroutine_handle<> reader);
  Result<std::string_view> take_read() noexcept;
  bool send_now(Gather& pieces);
  bool send_joined(Gather& pieces);
  bool send_plain(std::span<iovec> pieces);
  bool has_sent_all() const noexcept { return send_fault_ != errc::ok || unsent_.empty(); }
  void await_write(std::coroutine_handle<> writer, ByteStream* source);
  Result<void> take_write() noexcept;
  bool flush_unsent() noexcept;
  void check_hangup_later();
  void check_hangup() noexcept;
  int queued() noexcept;
  std::size_t unread_size() const noexcept {
    return kept_.size() + handed_out_.size() - again_from_;
  }
  std::span<char> receive_space() noexcept;
  bool offer(std::string_view bytes);
  bool decrypt_some();
  void send_owed();
  bool is_tls_stale();
  void keep_for_later(std::string_view bytes);

  // With EPOLLET each change is told once. EPOLLRDHUP is what a FIN behind bytes is known by.
  static constexpr std::uint32_t events_to_read = EPOLLIN | EPOLLPRI | EPOLLRDHUP | EPOLLET;

  Loop& loop_;
  Descriptor socket_;
  Limit<&ByteStream::read_expired> read_limit_{*this};
  Limit<&ByteStream::write_expired> write_limit_{*this};
  std::unique_ptr<TlsEngine> tls_;
  std::unique_ptr<Alarm> hangup_check_;  // made where it is needed, rarely
  CloseListener* listener_ = nullptr;
  std::coroutine_handle<> reader_;
  std::coroutine_handle<> writer_;
  std::string_view ready_;  // what take_read() will return
  std::string kept_;        // bytes that outlive a suspension
  std::string handed_out_;  // kept_ as last returned by read(); from again_from_ on unread again
  std::size_t again_from_ = 0;
  std::string unsent_;  // what the socket did not take at once
  std::size_t unsent_from_ = 0;
  std::uint64_t bytes_sent_ = 0;
  std::chrono::milliseconds progress_within_{0};  // 0: the limit is for all of a write
  int queued_ = 0;         // what the kernel held for the peer when that was asked last
  errc fault_ = errc::ok;  // why reading has ended
  errc send_fault_ = errc::ok;
  errc cancel_reason_ = errc::cancelled;
  ReceiveWait receive_wait_;
  SendWait send_wait_;
  Patience patience_ = Patience::left;  // of the reader
};

}  // namespace llmgw
