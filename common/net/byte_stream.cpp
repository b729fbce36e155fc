// SPDX-License-Identifier: MIT
// Reading, watching and sending on one connection.
#include "common/net/byte_stream.hpp"

#include <linux/sockios.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <climits>

#include "common/net/tcp_stream.hpp"

namespace llmgw {
namespace {

// One TLS record carries at most this much plaintext (RFC 8446 section 5.1).
constexpr std::size_t tls_record = 16 * 1024;

}  // namespace

ByteStream::ByteStream(Loop& loop) noexcept : loop_(loop) { loop.deadlines().add(*this); }

void ByteStream::Release::operator()(ByteStream* stream) const noexcept {
  stream->listener_ = nullptr;
  stream->close();
  if (stream->pending_ == 0) {
    delete static_cast<TcpStream*>(stream);
  } else {
    stream->released_ = true;  // the last operation to come back deletes it
  }
}

ByteStream::Read ByteStream::read() noexcept { return Read(*this); }
ByteStream::Write ByteStream::write(Gather& pieces, ByteStream* source) noexcept {
  return Write(*this, pieces, source);
}

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

void ByteStream::watch(CloseListener* listener) {
  listener_ = listener;
  if (listener == nullptr || receiving_) return;
  if (fault_ != errc::ok) {
    std::exchange(listener_, nullptr)->peer_closed();
  } else if (unread_size() < watch_limit) {
    arm_receive();
  } else if (!checking_hangup_) {
    arm_hangup_check();
  }
}

// The kernel knows of the peer's end although bytes stand before it.
void ByteStream::check_hangup() noexcept {
  if (listener_ == nullptr || receiving_) return;
  pollfd asked{static_cast<TcpStream*>(this)->socket.native_handle(), POLLRDHUP, 0};
  const bool gone =
      ::poll(&asked, 1, 0) == 1 && (asked.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
  if (gone) {
    std::exchange(listener_, nullptr)->peer_closed();
  } else {
    watch(listener_);
  }
}

bool ByteStream::is_stale() noexcept {
  if (!is_open() || fault_ != errc::ok || has_unread()) return true;
  auto& socket = static_cast<TcpStream*>(this)->socket;
  char byte = 0;
  const auto count = ::recv(socket.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  if (count > 0) return tls_ == nullptr;  // TLS peers may send tickets at any time
  return count == 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
}

void ByteStream::expires_after(std::chrono::milliseconds duration) noexcept {
  progress_within_ = {};
  loop_.deadlines().arm(*this, duration);
}

void ByteStream::expires_without_progress(std::chrono::milliseconds duration) noexcept {
  progress_within_ = duration;
  loop_.deadlines().arm(*this, duration);
}

// Bytes that the peer's kernel has not taken yet.
int ByteStream::queued() noexcept {
  int count = 0;
  ::ioctl(static_cast<TcpStream*>(this)->socket.native_handle(), SIOCOUTQ, &count);
  return count;
}

void ByteStream::expired() noexcept {
  if (!reader_ && !writer_) return;
  if (writer_ && progress_within_.count() > 0) {
    // A socket is called writable only when a third of its buffer is free, which may take a slow
    // peer minutes.
    const int before = std::exchange(queued_, queued());
    if (queued_ < before) return loop_.deadlines().arm(*this, progress_within_);
  }
  read_expired_ = static_cast<bool>(reader_);
  cancel_operations();
}

void ByteStream::interrupt_read() noexcept {
  if (reader_) expired();
}

// Reading.

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
  const bool late = std::exchange(read_expired_, false);
  if (!ready_.empty()) return std::exchange(ready_, {});
  if (late && fault_ == errc::ok) return errc::timed_out;
  // Without close_notify anybody on the way may have cut the stream (RFC 9112 section 9.8).
  const bool is_cut = fault_ == errc::connection_closed && tls_ && !tls_->has_received_close();
  return is_cut ? errc::connection_reset : fault_;
}

// The reactor's answer to arm_receive(). Whoever is resumed or told may destroy this stream:
// nothing follows that.
void ByteStream::received(errc fault, std::string_view bytes) {
  receiving_ = false;
  if (fault != errc::ok && fault != errc::cancelled && fault_ == errc::ok) fault_ = fault;
  if (reader_) {
    const bool offered = !bytes.empty() && offer(bytes);
    if (offered || fault_ != errc::ok || read_expired_) {
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
    fault_ = static_cast<errc>(count.error().value());
  }
  if (!tls_->output().empty()) {  // a key update or an alert is owed to the peer
    iovec piece{tls_->output().data(), tls_->output().size()};
    send_plain({&piece, 1});
    tls_->output().clear();
  }
  return !ready_.empty();
}

void ByteStream::keep_for_later(std::string_view bytes) {
  for (bool more = offer(bytes); more; more = tls_ != nullptr && decrypt_some()) {
    kept_.append(std::exchange(ready_, {}));
  }
}

// Sending.

bool ByteStream::send_now(Gather& pieces) {
  write_waited_ = false;
  if (send_fault_ != errc::ok) return true;
  if (tls_ == nullptr) return send_plain(pieces.pieces());
  // Small pieces share a record: one header, one tag, one pass of the peer.
  std::array<char, tls_record> together;
  if (pieces.size() <= together.size()) {
    std::size_t size = 0;
    for (const iovec& each : pieces.pieces()) {
      std::memcpy(together.data() + size, each.iov_base, each.iov_len);
      size += each.iov_len;
    }
    if (tls_->encrypt({together.data(), size}).has_error()) send_fault_ = errc::tls_failed;
  } else {
    for (const iovec& each : pieces.pieces()) {
      const std::string_view bytes{static_cast<const char*>(each.iov_base), each.iov_len};
      if (tls_->encrypt(bytes).has_error()) send_fault_ = errc::tls_failed;
    }
  }
  if (send_fault_ != errc::ok) return true;
  iovec whole{tls_->output().data(), tls_->output().size()};
  const bool sent = send_plain({&whole, 1});
  tls_->output().clear();
  if (tls_->output().capacity() > 2 * tls_record) std::string().swap(tls_->output());
  return sent;
}

// True when nothing is left to wait for: all was sent, or sending failed.
bool ByteStream::send_plain(std::span<iovec> pieces) {
  const int descriptor = static_cast<TcpStream*>(this)->socket.native_handle();
  while (unsent_.empty() && !pieces.empty()) {
    msghdr message{};
    message.msg_iov = pieces.data();
    message.msg_iovlen = std::min<std::size_t>(pieces.size(), IOV_MAX);
    auto count = ::sendmsg(descriptor, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count < 0) {
      if (errno == EINTR) continue;
      if (errno == EAGAIN || errno == EWOULDBLOCK) break;
      send_fault_ = translate_errno(errno);
      return true;
    }
    bytes_sent_ += static_cast<std::uint64_t>(count);
    while (!pieces.empty() && static_cast<std::size_t>(count) >= pieces.front().iov_len) {
      count -= static_cast<ssize_t>(pieces.front().iov_len);
      pieces = pieces.subspan(1);
    }
    if (count == 0) continue;
    pieces.front().iov_base = static_cast<char*>(pieces.front().iov_base) + count;
    pieces.front().iov_len -= static_cast<std::size_t>(count);
    break;  // a short write: the socket is full
  }
  std::size_t left = 0;
  for (const iovec& each : pieces) left += each.iov_len;
  unsent_.reserve(unsent_.size() + left);
  for (const iovec& each : pieces) {
    unsent_.append(static_cast<const char*>(each.iov_base), each.iov_len);
  }
  return unsent_.empty();
}

void ByteStream::await_write(std::coroutine_handle<> writer, ByteStream* source) {
  writer_ = writer;
  write_waited_ = true;
  if (progress_within_.count() > 0) queued_ = queued();
  arm_send();
  if (source != nullptr && source->listener_ != nullptr) source->watch(source->listener_);
}

Result<void> ByteStream::take_write() noexcept {
  if (send_fault_ != errc::ok) return send_fault_;
  return {};
}

// True when the writer may go on.
bool ByteStream::flush_unsent() noexcept {
  const int descriptor = static_cast<TcpStream*>(this)->socket.native_handle();
  while (unsent_from_ < unsent_.size()) {
    const auto count = ::send(descriptor, unsent_.data() + unsent_from_,
                              unsent_.size() - unsent_from_, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count < 0) {
      if (errno == EINTR) continue;
      if (errno == EAGAIN || errno == EWOULDBLOCK) return false;
      send_fault_ = translate_errno(errno);
      break;
    }
    bytes_sent_ += static_cast<std::uint64_t>(count);
    unsent_from_ += static_cast<std::size_t>(count);
    if (progress_within_.count() > 0) {
      queued_ = queued();
      loop_.deadlines().arm(*this, progress_within_);
    }
  }
  unsent_from_ = 0;
  std::string().swap(unsent_);
  return true;
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
