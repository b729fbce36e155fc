// SPDX-License-Identifier: MIT
// The life of a connection, reading and watching; sending is in byte_stream_send.cpp.
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
  if (receiving_) loop_.end_wait();
  if (sending_) loop_.end_wait();
}

void ByteStream::close(errc reason) noexcept {
  if (!is_open()) return;
  cancel_reason_ = reason;
  if (fault_ == errc::ok) fault_ = reason;
  if (send_fault_ == errc::ok) send_fault_ = reason;
  // A watcher is told of this end too where it is not a receive that looks for the peer's.
  if (!receiving_ && hangup_check_ && hangup_check_->is_set()) arm_receive();
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
  if ((events & to_read) != 0) may_have_more_ = true;
  if ((events & more_than_bytes) != 0) end_is_near_ = true;
  if ((events & to_send) != 0) has_room_ = true;
  run();
}

// Whoever is resumed may destroy this stream, so each call ends at most one wait.
void ByteStream::run() {
  const bool may_receive = receiving_ && (may_have_more_ || receive_cancelled_);
  const bool may_send = sending_ && (has_room_ || send_cancelled_);
  if (may_send) {
    if (may_receive) loop_.run_soon(*this);
    finish_send();
  } else if (may_receive) {
    finish_receive();
  }
}

void ByteStream::arm_receive() noexcept {
  receiving_ = true;
  loop_.begin_wait();
  if (may_have_more_) loop_.run_soon(*this);
}

// Receives only now: the loop's buffer belongs to one stream at a time.
void ByteStream::finish_receive() {
  receiving_ = false;
  loop_.end_wait();
  if (std::exchange(receive_cancelled_, false)) return received(errc::cancelled, {});
  const std::span<char> space = receive_space();
  ssize_t count = 0;
  do {
    count = ::recv(socket_.number(), space.data(), space.size(), MSG_DONTWAIT);
  } while (count < 0 && errno == EINTR);
  const auto size = static_cast<std::size_t>(std::max<ssize_t>(count, 0));
  may_have_more_ = count > 0 && (size == space.size() || end_is_near_);
  if (count > 0) return received(errc::ok, {space.data(), size});
  if (count == 0) return received(errc::connection_closed, {});
  if (errno == EAGAIN || errno == EWOULDBLOCK) return arm_receive();
  received(translate_errno(errno), {});
}

void ByteStream::cancel_receive() noexcept {
  receive_cancelled_ = receiving_;
  if (receiving_) loop_.run_soon(*this);
}

void ByteStream::cancel_send() noexcept {
  send_cancelled_ = sending_;
  if (sending_) loop_.run_soon(*this);
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
  read_timed_out_ = true;
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
  if (listener == nullptr || receiving_) return;
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
  if (listener_ == nullptr || receiving_) return;
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

// Reading.

// Bytes that came out of handed_out_ are not copied: many small messages may have come in one span.
void ByteStream::unread(std::string_view bytes) {
  if (bytes.empty()) return;
  const std::size_t rest = handed_out_.size() - again_from_;
  if (kept_.empty() && rest == 0 && bytes.size() <= handed_out_.size() &&
      bytes.data() == handed_out_.data() + (handed_out_.size() - bytes.size())) {
    again_from_ = handed_out_.size() - bytes.size();
    return;
  }
  kept_.insert(0, handed_out_, again_from_, rest);
  again_from_ = handed_out_.size();
  kept_.insert(0, bytes);
}

bool ByteStream::prepare_read() {
  if (again_from_ < handed_out_.size()) {
    ready_ = std::string_view(handed_out_).substr(again_from_);
    again_from_ = handed_out_.size();
    return true;
  }
  if (!kept_.empty()) {
    handed_out_.swap(kept_);
    kept_.clear();
    ready_ = handed_out_;
    again_from_ = handed_out_.size();
    return true;
  }
  if (handed_out_.capacity() > small_receive) std::string().swap(handed_out_);
  again_from_ = handed_out_.size();
  if (tls_ != nullptr && decrypt_some()) return true;
  return fault_ != errc::ok;
}

void ByteStream::await_read(std::coroutine_handle<> reader) {
  reader_ = reader;
  if (!receiving_) arm_receive();
}

Result<std::string_view> ByteStream::take_read() noexcept {
  const bool late = std::exchange(read_timed_out_, false);
  if (!ready_.empty()) return std::exchange(ready_, {});
  if (late && fault_ == errc::ok) return errc::timed_out;
  // Without close_notify anybody on the way may have cut the stream (RFC 9112 section 9.8).
  const bool is_cut = fault_ == errc::connection_closed && tls_ && !tls_->has_received_close();
  return is_cut ? errc::connection_reset : fault_;
}

// The end of a wait for bytes. Whoever is resumed or told may destroy this stream:
// nothing follows that.
void ByteStream::received(errc fault, std::string_view bytes) {
  receiving_ = false;
  if (fault != errc::ok && fault != errc::cancelled && fault_ == errc::ok) fault_ = fault;
  if (reader_) {
    const bool offered = !bytes.empty() && offer(bytes);
    if (offered || fault_ != errc::ok || read_timed_out_) {
      std::exchange(reader_, {}).resume();
    } else {
      arm_receive();  // half a TLS record
    }
    return;
  }
  if (!bytes.empty()) keep_for_later(bytes);
  watch(listener_);
}

// With nobody reading, little is taken at a time, because it has to be copied.
std::span<char> ByteStream::receive_space() noexcept {
  return reader_ ? loop_.receive_buffer() : loop_.receive_buffer().first(small_receive);
}

// True if there is something to say to the reader: bytes in ready_.
bool ByteStream::offer(std::string_view bytes) {
  if (tls_ == nullptr) {
    ready_ = bytes;
    return true;
  }
  tls_->feed(bytes);
  return decrypt_some();
}

bool ByteStream::decrypt_some() {
  const auto buffer = loop_.decrypt_buffer();
  const Result<std::size_t> count = tls_->decrypt(buffer);
  if (count.has_value()) {
    ready_ = {buffer.data(), *count};
  } else if (fault_ == errc::ok) {
    fault_ = errc_of(count.error());
  }
  send_owed();
  return !ready_.empty();
}

// A key update or an alert, which the peer is to have.
void ByteStream::send_owed() {
  if (tls_->output().empty()) return;
  iovec piece{tls_->output().data(), tls_->output().size()};
  send_plain({&piece, 1});
  tls_->output().clear();
}

void ByteStream::keep_for_later(std::string_view bytes) {
  for (bool more = offer(bytes); more; more = tls_ != nullptr && decrypt_some()) {
    kept_.append(std::exchange(ready_, {}));
  }
}

Task<Result<void>> ByteStream::start_tls(TlsContext& context, const std::string& host) {
  auto engine = std::make_unique<TlsEngine>(context, host);
  for (;;) {
    const auto step = engine->handshake();
    Gather& pieces = loop_.gather();
    pieces.add(engine->output());
    const Result<void> sent = co_await write(pieces);
    engine->output().clear();
    if (step.has_error() || sent.has_error()) {
      tls_ = std::move(engine);
      co_return step.has_error() ? step.error() : sent.error();
    }
    if (*step == TlsEngine::Progress::done) break;
    const auto bytes = co_await read();
    if (bytes.has_error()) co_return bytes.error();
    engine->feed(*bytes);
  }
  tls_ = std::move(engine);
  co_return Result<void>();
}

}  // namespace llmgw
