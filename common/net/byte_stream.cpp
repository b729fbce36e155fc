// SPDX-License-Identifier: MIT
// The life of a connection, its waits, its limits, and watching; reading and sending are in
// byte_stream_read.cpp and byte_stream_send.cpp.
#include "common/net/byte_stream.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "common/net/socket_error.hpp"

namespace llmgw {
namespace {

constexpr std::chrono::milliseconds hangup_interval{50};

// A receive that brought less than it had room for has emptied the socket, unless its event told
// of more than bytes: an end, a reset, or urgent data, at whose mark a receive stops.
constexpr std::uint32_t more_than_bytes = EPOLLRDHUP | EPOLLHUP | EPOLLERR | EPOLLPRI;

}  // namespace

Result<ByteStream::Pointer> ByteStream::make(Loop& loop, Descriptor socket) {
  const int on = 1;  // a socket that is already dead says so at its first read
  ::setsockopt(socket.number(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  Pointer made(new ByteStream(loop, std::move(socket)));
  const auto added = loop.edges().add(made->socket_.number(), events_to_read, *made);
  if (added.has_error()) return added.error();
  return made;
}

ByteStream::ByteStream(Loop& loop, Descriptor socket) noexcept
    : loop_(loop), socket_(std::move(socket)) {
  loop.deadlines().add(read_limit_);
  loop.deadlines().add(write_limit_);
}

ByteStream::~ByteStream() {
  close();
  if (receive_wait_.is_waiting()) loop_.end_wait();
  if (send_wait_.is_waiting()) loop_.end_wait();
}

void ByteStream::close(errc reason) noexcept {
  if (!is_open()) return;
  cancel_reason_ = reason;
  if (fault_ == errc::ok) fault_ = reason;
  if (send_fault_ == errc::ok) send_fault_ = reason;
  // A watcher is told of this end too where it is not a receive that looks for the peer's.
  if (!receive_wait_.is_waiting() && hangup_check_ && hangup_check_->is_set()) arm_receive();
  cancel_receive();
  cancel_send();
  loop_.edges().forget(*this);
  socket_.close();
  hangup_check_.reset();
}

void ByteStream::reset() noexcept {
  if (!is_open()) return;
  const linger at_once{1, 0};
  ::setsockopt(socket_.number(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close();
}

ByteStream::Read ByteStream::read() noexcept { return Read(*this); }
ByteStream::Write ByteStream::write(Gather& pieces, ByteStream* source) noexcept {
  return Write(*this, &pieces, source);
}
ByteStream::Write ByteStream::flush(ByteStream* source) noexcept {
  return Write(*this, nullptr, source);
}

// Waiting.

void ByteStream::ready(std::uint32_t events) {
  constexpr std::uint32_t to_read = EPOLLIN | more_than_bytes;
  constexpr std::uint32_t to_send = EPOLLOUT | EPOLLHUP | EPOLLERR;
  if ((events & to_read) != 0)
    receive_wait_.note_event((events & more_than_bytes) != 0 ? Horizon::end : Horizon::bytes);
  if ((events & to_send) != 0) send_wait_.note_room();
  run();
}

// Whoever is resumed may destroy this stream, so each call ends at most one wait.
void ByteStream::run() {
  if (send_wait_.is_due()) {
    if (receive_wait_.is_due()) loop_.run_soon(*this);
    finish_send();
  } else if (receive_wait_.is_due()) {
    finish_receive();
  }
}

void ByteStream::arm_receive() noexcept {
  loop_.begin_wait();
  if (receive_wait_.begin()) loop_.run_soon(*this);
}

// Receives only now: the loop's buffer belongs to one stream at a time.
void ByteStream::finish_receive() {
  loop_.end_wait();
  if (receive_wait_.end()) return received(errc::cancelled, {});
  const std::span<char> space = receive_space();
  ssize_t count = 0;
  do {
    count = ::recv(socket_.number(), space.data(), space.size(), MSG_DONTWAIT);
  } while (count < 0 && errno == EINTR);
  if (count > 0) {
    const auto size = static_cast<std::size_t>(count);
    receive_wait_.note_bytes(size == space.size());
    return received(errc::ok, {space.data(), size});
  }
  receive_wait_.note_nothing();
  if (count == 0) return received(errc::connection_closed, {});
  if (errno == EAGAIN || errno == EWOULDBLOCK) return arm_receive();
  received(translate_errno(errno), {});
}

void ByteStream::cancel_receive() noexcept {
  if (receive_wait_.cancel()) loop_.run_soon(*this);
}

void ByteStream::cancel_send() noexcept {
  if (send_wait_.cancel()) loop_.run_soon(*this);
}

// Limits.

void ByteStream::expires_after(std::chrono::milliseconds duration) noexcept {
  progress_within_ = {};
  loop_.deadlines().arm(write_limit_, duration);
  read_expires_after(duration);
}

void ByteStream::expires_never() noexcept {
  read_expires_never();
  write_expires_never();
}

void ByteStream::read_expires_after(std::chrono::milliseconds duration) noexcept {
  loop_.deadlines().arm(read_limit_, duration);
}

void ByteStream::expires_without_progress(std::chrono::milliseconds duration) noexcept {
  progress_within_ = duration;
  loop_.deadlines().arm(write_limit_, duration);
}

void ByteStream::read_expired() noexcept {
  if (!reader_) return;
  patience_ = Patience::over;
  cancel_receive();
}

void ByteStream::write_expired() noexcept {
  if (!writer_) return;
  if (progress_within_.count() > 0) {
    // A socket is called writable only when a third of its buffer is free, which may take a slow
    // peer minutes.
    const int before = std::exchange(queued_, queued());
    if (queued_ < before) return loop_.deadlines().arm(write_limit_, progress_within_);
  }
  cancel_send();
}

void ByteStream::interrupt_read() noexcept { read_expired(); }

// Watching.

void ByteStream::watch(CloseListener* listener) {
  listener_ = listener;
  if (listener == nullptr || receive_wait_.is_waiting()) return;
  if (fault_ != errc::ok) {
    std::exchange(listener_, nullptr)->peer_closed();
  } else if (unread_size() < watch_limit) {
    arm_receive();
  } else if (!hangup_check_ || !hangup_check_->is_set()) {
    check_hangup_later();
  }
}

void ByteStream::check_hangup_later() {
  if (!hangup_check_) hangup_check_ = std::make_unique<Alarm>(loop_);
  hangup_check_->set(hangup_interval, [this] { check_hangup(); });
}

// The kernel knows of the peer's end although bytes stand before it.
void ByteStream::check_hangup() noexcept {
  if (listener_ == nullptr || receive_wait_.is_waiting()) return;
  pollfd asked{socket_.number(), POLLRDHUP, 0};
  const bool gone =
      ::poll(&asked, 1, 0) == 1 && (asked.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
  if (gone) {
    std::exchange(listener_, nullptr)->peer_closed();
  } else {
    watch(listener_);
  }
}

bool ByteStream::is_stale() {
  if (!is_open() || fault_ != errc::ok || has_unread()) return true;
  if (tls_ != nullptr) return is_tls_stale();
  char byte = 0;
  const auto count = ::recv(socket_.number(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return count >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
}

// A TLS peer may send tickets at any time (RFC 8446 section 4.6.1), and its goodbye looks the same
// from outside: what has come is decrypted. The loop's buffers may hold what the caller is about to
// send.
bool ByteStream::is_tls_stale() {
  if (tls_->has_received_close()) return true;
  std::array<char, small_receive> bytes;
  std::array<char, small_receive> plaintext;
  constexpr int rounds = 64;  // more of it is no idle connection
  for (int i = 0; i < rounds; ++i) {
    const auto count = ::recv(socket_.number(), bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (count < 0) return errno != EAGAIN && errno != EWOULDBLOCK;
    if (count == 0) return true;
    tls_->feed({bytes.data(), static_cast<std::size_t>(count)});
    const Result<std::size_t> said = tls_->decrypt(plaintext);
    send_owed();
    if (said.has_error() || *said > 0) return true;
  }
  return true;
}

}  // namespace llmgw
