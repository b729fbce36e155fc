// SPDX-License-Identifier: MIT
// Connections of the generator.
#include "bench/load/socket.hpp"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <stdexcept>
#include <utility>

namespace llmgw::bench {
namespace {

constexpr std::size_t scratch_size = 256 * 1024;

std::span<char> scratch() {
  static const auto memory = std::make_unique<char[]>(scratch_size);
  return {memory.get(), scratch_size};
}

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

void no_delay(int descriptor) {
  const int on = 1;
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

}  // namespace

int listen_anywhere(std::uint16_t& port) {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  if (::bind(descriptor, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      ::listen(descriptor, 16 * 1024) != 0 ||
      ::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    throw std::runtime_error("cannot listen on 127.0.0.1");
  }
  port = ntohs(address.sin_port);
  return descriptor;
}

SSL_CTX* make_tls_context(const std::string& chain, const std::string& key) {
  SSL_CTX* context = SSL_CTX_new(TLS_server_method());
  if (context == nullptr || SSL_CTX_use_certificate_chain_file(context, chain.c_str()) != 1 ||
      SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) != 1) {
    throw std::runtime_error("no certificate and key in " + chain + " and " + key);
  }
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_read_ahead(context, 1);
  return context;
}

bool Socket::connect(Reactor& reactor, Handler& owner, std::uint16_t port) {
  reactor_ = &reactor;
  owner_ = &owner;
  descriptor_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (descriptor_ < 0) return false;
  no_delay(descriptor_);
  const sockaddr_in address = loopback(port);
  const int status =
      ::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  connecting_ = status != 0 && errno == EINPROGRESS;
  if (status != 0 && !connecting_) {
    close();
    return false;
  }
  waits_to_send_ = connecting_;
  reactor.add(descriptor_, owner, connecting_ ? EPOLLIN | EPOLLOUT : EPOLLIN);
  return true;
}

void Socket::accept(Reactor& reactor, Handler& owner, int descriptor, SSL_CTX* tls) {
  reactor_ = &reactor;
  owner_ = &owner;
  descriptor_ = descriptor;
  no_delay(descriptor);
  if (tls != nullptr) {
    tls_ = SSL_new(tls);
    SSL_set_fd(tls_, descriptor);
    SSL_set_accept_state(tls_);
  }
  reactor.add(descriptor_, owner, EPOLLIN);
}

Socket::Status Socket::receive(std::string_view& bytes) {
  const std::span<char> into = scratch();
  more_ = false;
  if (tls_ != nullptr) {
    ERR_clear_error();
    const int count = SSL_read(tls_, into.data(), static_cast<int>(into.size()));
    if (count > 0) {
      more_ = true;
      bytes = {into.data(), static_cast<std::size_t>(count)};
      return Status::data;
    }
    const int reason = SSL_get_error(tls_, count);
    return reason == SSL_ERROR_WANT_READ || reason == SSL_ERROR_WANT_WRITE ? Status::nothing
                                                                           : Status::closed;
  }
  const auto count = ::recv(descriptor_, into.data(), into.size(), 0);
  if (count > 0) {
    more_ = static_cast<std::size_t>(count) == into.size();
    bytes = {into.data(), static_cast<std::size_t>(count)};
    return Status::data;
  }
  return count < 0 && (errno == EAGAIN || errno == EINTR) ? Status::nothing : Status::closed;
}

// Bytes taken; -1 when the connection is broken.
long Socket::write(std::string_view bytes) {
  if (connecting_) return 0;
  if (tls_ != nullptr) {
    ERR_clear_error();
    const int count = SSL_write(tls_, bytes.data(), static_cast<int>(bytes.size()));
    if (count > 0) return count;
    return SSL_get_error(tls_, count) == SSL_ERROR_WANT_WRITE ? 0 : -1;
  }
  const auto count = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (count >= 0) return count;
  return errno == EAGAIN ? 0 : -1;
}

void Socket::send(std::string_view bytes) {
  while (unsent_.empty() && !bytes.empty()) {
    const long count = write(bytes);
    if (count < 0) return;  // the next receive tells
    if (count == 0) break;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  if (bytes.empty()) return;
  unsent_.append(bytes);
  watch_writable(true);
}

void Socket::flush() {
  connecting_ = false;
  const std::string kept = std::exchange(unsent_, {});
  send(kept);
  if (unsent_.empty()) watch_writable(false);
}

void Socket::watch_writable(bool wanted) {
  if (std::exchange(waits_to_send_, wanted) == wanted) return;
  reactor_->change(descriptor_, *owner_, wanted ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

void Socket::close() noexcept {
  if (tls_ != nullptr) SSL_free(std::exchange(tls_, nullptr));
  if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
  unsent_.clear();
}

}  // namespace llmgw::bench
