// SPDX-License-Identifier: MIT
// EndpointConnection: a client of an end point on a socket of Asio, read by Beast's parser.
#pragma once

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/buffers_suffix.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "common/async/loop.hpp"
#include "common/async/spawn.hpp"
#include "common/async/use_task.hpp"
#include "common/http/body_budget.hpp"
#include "common/http/endpoint_parser.hpp"
#include "common/http/spare_buffers.hpp"
#include "common/system/descriptor.hpp"

namespace llmgw::http {

/// One request at a time: read_head(), perhaps read_body(), write() as often as needed. Belongs to
/// its loop's thread; one operation at a time, but for watch(). Errors of all: connection_closed at
/// a clean end, connection_reset, timed_out, cancelled.
class EndpointConnection {
 public:
  using Milliseconds = std::chrono::milliseconds;

  /// Takes over a connected socket that does not block. errc::overloaded without memory.
  /// `progress`: how long the client may take no byte of an answer, and in which it has to send
  /// `progress_bytes` of a body that does not end (see BodyPace). `buffers` outlives it.
  static Result<std::unique_ptr<EndpointConnection>> make(Loop& loop, Descriptor socket,
                                                          SpareBuffers& buffers,
                                                          Milliseconds progress);
  ~EndpointConnection();
  EndpointConnection(const EndpointConnection&) = delete;
  EndpointConnection& operator=(const EndpointConnection&) = delete;

  /// Waits `first_byte` for a head to begin and `whole` for its end. Errors of EndpointParser too;
  /// an end within the head is errc::malformed_message.
  Task<Result<void>> read_head(Milliseconds first_byte, Milliseconds whole);
  const EndpointHead& head() const noexcept { return parser_->head(); }
  /// Whether some bytes of the next head have arrived.
  bool has_begun() const noexcept { return has_begun_; }

  /// The body of the last head, sending 100 (Continue) where the client waits for it.
  /// errc::body_too_large beyond `most` bytes, errc::overloaded where `share` (nullptr: none) has
  /// no more, malformed_message. What a client says it will send costs nothing until it comes.
  Task<Result<std::string>> read_body(std::size_t most, BodyShare* share);
  /// Whether the next request could be read: all of this one's body is there.
  bool is_body_there() const noexcept;
  /// Forgets what nobody has read of a body that is there.
  void skip_body() noexcept;
  bool has_unread() const noexcept { return buffer_.size() > 0; }

  /// Sends all of a sequence of buffers, which last until then.
  template <class Buffers>
  Task<Result<void>> write(Buffers buffers);

  /// While nothing is read: tells once, and at once, when the client has closed or reset its side.
  /// What it sends meanwhile is kept for the next request, up to the buffer's room; beyond that
  /// nothing is seen.
  void watch(std::function<void()> left);
  /// The listener is told nothing more.
  void tell_nobody() noexcept { left_ = nullptr; }
  bool has_client_left() const noexcept { return has_left_; }
  void limit_progress(Milliseconds longest) noexcept { progress_ = longest; }
  /// Ends the watch, before anything is read.
  Task<void> stop_watching();

  /// Closing with bytes unread makes the kernel send a reset, which may overtake the answer (RFC
  /// 9112 section 9.6): reads on for a moment.
  Task<void> linger();
  /// Ends what is under way with errc::cancelled. Idempotent.
  void close() noexcept;
  bool is_open() const noexcept { return socket_.is_open(); }
  Loop& loop() noexcept { return loop_; }

  static constexpr std::size_t progress_bytes = 16 * 1024;

 private:
  using Code = boost::system::error_code;

  /// One limit for whatever is under way; a store to arm.
  struct Limit final : Deadline {
    explicit Limit(EndpointConnection& connection) noexcept : owner(connection) {}
    void expired() noexcept override { owner.limit_passed(); }
    EndpointConnection& owner;
  };

  EndpointConnection(Loop& loop, SpareBuffers& buffers, Milliseconds progress);
  void expires_after(Milliseconds limit) noexcept { loop_.deadlines().arm(limit_, limit); }
  void limit_passed() noexcept;
  int unsent() noexcept;
  errc outcome(const Code& fault) noexcept;
  void take_buffer();
  void give_buffer();
  Task<Result<std::size_t>> receive(boost::asio::mutable_buffer into);
  Task<Result<std::size_t>> fill();
  Task<Result<std::string>> read_counted(BodyShare* share);
  Task<Result<std::string>> read_chunks(std::size_t most, BodyShare* share);
  Task<void> look_for_end();

  Loop& loop_;
  SpareBuffers& buffers_;
  boost::asio::ip::tcp::socket socket_;
  boost::beast::flat_buffer buffer_;
  std::optional<EndpointParser> parser_;
  Limit limit_{*this};
  Milliseconds progress_;
  std::uint64_t body_left_ = 0;  // of a body of known length
  int unsent_ = 0;               // what the kernel held for the client when that was asked last
  bool is_broken_ = false;       // the framing of the body; nothing can be read behind it
  bool is_writing_ = false;
  bool has_begun_ = false;
  bool timed_out_ = false;
  bool has_left_ = false;
  std::function<void()> left_;
  boost::asio::cancellation_signal end_of_watch_;
  Child watch_;
};

// A socket is called writable only when a third of its buffer is free, which may take a slow client
// minutes: limit_passed() looks at what the kernel still holds.
template <class Buffers>
Task<Result<void>> EndpointConnection::write(Buffers buffers) {
  boost::beast::buffers_suffix<Buffers> rest(buffers);
  is_writing_ = true;
  errc fault = errc::ok;
  while (fault == errc::ok && boost::beast::buffer_bytes(rest) > 0) {
    unsent_ = unsent();
    expires_after(progress_);
    const auto sent = co_await socket_.async_write_some(rest, use_task);
    fault = outcome(sent.has_error() ? sent.error() : Code());
    if (sent.has_value()) rest.consume(*sent);
  }
  is_writing_ = false;
  if (fault != errc::ok) co_return fault;
  co_return Result<void>();
}

}  // namespace llmgw::http
