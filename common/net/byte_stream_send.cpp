// SPDX-License-Identifier: MIT
// Sending: at once what the socket takes, the rest when it has room.
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstring>

#include "common/net/byte_stream.hpp"
#include "common/net/send_queue.hpp"
#include "common/net/socket_error.hpp"

namespace llmgw {
namespace {

// One TLS record carries at most this much plaintext (RFC 8446 section 5.1).
constexpr std::size_t tls_record = 16 * 1024;

// To copy so much costs less than what the kernel does more for several pieces than for one.
constexpr std::size_t worth_joining = 4 * 1024;

// `into` has room for all of them.
std::string_view join(std::span<const iovec> pieces, std::span<char> into) noexcept {
  std::size_t size = 0;
  for (const iovec& each : pieces) {
    std::memcpy(into.data() + size, each.iov_base, each.iov_len);
    size += each.iov_len;
  }
  return {into.data(), size};
}

ssize_t send_pieces(int socket, std::span<iovec> pieces) noexcept {
  constexpr int flags = MSG_NOSIGNAL | MSG_DONTWAIT;
  if (pieces.size() == 1) return ::send(socket, pieces[0].iov_base, pieces[0].iov_len, flags);
  msghdr message{};
  message.msg_iov = pieces.data();
  message.msg_iovlen = std::min<std::size_t>(pieces.size(), IOV_MAX);
  return ::sendmsg(socket, &message, flags);
}

}  // namespace

Result<bool> ByteStream::send(Gather& pieces) {
  const bool all = send_now(pieces);
  if (send_fault_ != errc::ok) return send_fault_;
  return all;
}

bool ByteStream::send_now(Gather& pieces) {
  if (send_fault_ != errc::ok) return true;
  if (tls_ == nullptr) return send_joined(pieces);
  if (tls_->encrypt(pieces.pieces()).has_error()) {
    send_fault_ = errc::tls_failed;
    return true;
  }
  iovec whole{tls_->output().data(), tls_->output().size()};
  const bool sent = send_plain({&whole, 1});
  tls_->output().clear();
  if (tls_->output().capacity() > 2 * tls_record) std::string().swap(tls_->output());
  return sent;
}

bool ByteStream::send_joined(Gather& pieces) {
  if (pieces.pieces().size() < 2 || pieces.size() > worth_joining)
    return send_plain(pieces.pieces());
  std::array<char, worth_joining> together;
  const std::string_view whole = join(pieces.pieces(), together);
  iovec piece{together.data(), whole.size()};
  return send_plain({&piece, 1});
}

// True when nothing is left to wait for: all was sent, or sending failed.
bool ByteStream::send_plain(std::span<iovec> pieces) {
  while (unsent_.empty() && !pieces.empty()) {
    ssize_t count = send_pieces(socket_.number(), pieces);
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

void ByteStream::arm_send() noexcept {
  loop_.begin_wait();
  if (!send_wait_.begin()) return;
  loop_.edges().change(socket_.number(), events_to_read | EPOLLOUT, *this);
}

void ByteStream::finish_send() {
  const bool was_cancelled = send_wait_.end();
  loop_.end_wait();
  if (was_cancelled && send_fault_ == errc::ok)
    send_fault_ = is_open() ? errc::timed_out : cancel_reason_;
  if (send_fault_ == errc::ok && !flush_unsent()) return arm_send();
  std::exchange(writer_, {}).resume();
}

void ByteStream::shutdown_send() noexcept { ::shutdown(socket_.number(), SHUT_WR); }

void ByteStream::await_write(std::coroutine_handle<> writer, ByteStream* source) {
  writer_ = writer;
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
  while (unsent_from_ < unsent_.size()) {
    const auto count = ::send(socket_.number(), unsent_.data() + unsent_from_,
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
      loop_.deadlines().arm(write_limit_, progress_within_);
    }
  }
  unsent_from_ = 0;
  std::string().swap(unsent_);
  return true;
}

int ByteStream::queued() noexcept { return bytes_in_send_queue(socket_.number()); }

}  // namespace llmgw
