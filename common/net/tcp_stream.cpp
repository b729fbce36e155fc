// SPDX-License-Identifier: MIT
// What ByteStream asks of the reactor, and the translation of its errors.
#include "common/net/tcp_stream.hpp"

#include <netinet/tcp.h>

#include <boost/asio/error.hpp>
#include <cerrno>

namespace llmgw {
namespace {

constexpr std::chrono::milliseconds hangup_interval{50};

}  // namespace

void TcpStream::configure() noexcept {
  boost::system::error_code ignored;  // a socket that is already dead says so at its first read
  socket.non_blocking(true, ignored);
  socket.set_option(boost::asio::ip::tcp::no_delay(true), ignored);
  // Where a kernel does not tell what is left, each receive is followed by one that asks.
  const int on = 1;
  ::setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_INQ, &on, sizeof on);
}

void ByteStream::arm_receive() {
  receiving_ = true;
  ++pending_;
  static_cast<TcpStream*>(this)->receive.start();
}

void TcpStream::receive_completed(boost::system::error_code code, std::string_view bytes) {
  --pending_;
  if (released_) {
    if (pending_ == 0) delete this;
    return;
  }
  received(translate(code), bytes);
}

void ByteStream::arm_send() {
  auto& self = *static_cast<TcpStream*>(this);
  ++pending_;
  self.socket.async_wait(TcpStream::Socket::wait_write, [&self](boost::system::error_code code) {
    --self.pending_;
    if (self.released_) {
      if (self.pending_ == 0) delete &self;
      return;
    }
    if (code && self.send_fault_ == errc::ok) {
      self.send_fault_ = self.is_open() ? errc::timed_out : self.cancel_reason_;
    }
    if (self.send_fault_ == errc::ok && !self.flush_unsent()) return self.arm_send();
    std::exchange(self.writer_, {}).resume();
  });
}

void ByteStream::arm_hangup_check() {
  auto& self = *static_cast<TcpStream*>(this);
  if (!self.hangup_check) {
    self.hangup_check = std::make_unique<boost::asio::steady_timer>(loop_.context());
  }
  checking_hangup_ = true;
  ++pending_;
  self.hangup_check->expires_after(hangup_interval);
  self.hangup_check->async_wait([&self](boost::system::error_code code) {
    --self.pending_;
    self.checking_hangup_ = false;
    if (self.released_) {
      if (self.pending_ == 0) delete &self;
      return;
    }
    if (!code && self.is_open()) self.check_hangup();
  });
}

void ByteStream::cancel_operations() noexcept {
  boost::system::error_code ignored;
  static_cast<TcpStream*>(this)->socket.cancel(ignored);
}

void ByteStream::close(errc reason) noexcept {
  if (!is_open()) return;
  cancel_reason_ = reason;
  if (fault_ == errc::ok) fault_ = reason;
  if (send_fault_ == errc::ok) send_fault_ = reason;
  auto& self = *static_cast<TcpStream*>(this);
  boost::system::error_code ignored;
  self.socket.close(ignored);
  if (self.hangup_check) self.hangup_check->cancel();
}

void ByteStream::reset() noexcept {
  if (!is_open()) return;
  boost::system::error_code ignored;
  static_cast<TcpStream*>(this)->socket.set_option(boost::asio::socket_base::linger(true, 0),
                                                   ignored);
  close();
}

void ByteStream::shutdown_send() noexcept {
  boost::system::error_code ignored;
  static_cast<TcpStream*>(this)->socket.shutdown(TcpStream::Socket::shutdown_send, ignored);
}

bool ByteStream::is_open() const noexcept {
  return static_cast<const TcpStream*>(this)->socket.is_open();
}

errc translate(boost::system::error_code code) noexcept {
  if (!code) return errc::ok;
  if (code == boost::asio::error::eof) return errc::connection_closed;
  if (code == boost::asio::error::operation_aborted) return errc::cancelled;
  return translate_errno(code.value());
}

errc translate_errno(int number) noexcept {
  switch (number) {
    case ETIMEDOUT: return errc::timed_out;
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM: return errc::overloaded;
    case EADDRINUSE: return errc::address_in_use;
    case EADDRNOTAVAIL:
    case EACCES:
    case EAFNOSUPPORT: return errc::address_unavailable;
    case ECONNREFUSED:
    case EHOSTUNREACH:
    case ENETUNREACH: return errc::refused;
    default: return errc::connection_reset;
  }
}

}  // namespace llmgw
