// SPDX-License-Identifier: MIT
// Binding and accepting.
#include "common/net/listener.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>

#include <cerrno>

#include "common/net/socket_error.hpp"
#include "common/system/descriptor.hpp"

namespace llmgw {
namespace {

constexpr int backlog = 4096;
constexpr int most_attempts = 32;  // to find a port that is free in both families
constexpr std::chrono::milliseconds pause_without_descriptors{100};

// Every address means IPv6 with IPv4 inside it, or IPv4 alone where the host has no IPv6.
Endpoint to_endpoint(const ListenAddress& address, bool v6_available) {
  Endpoint made;
  if (inet_pton(AF_INET, address.host.c_str(), &made.v4.sin_addr) == 1 ||
      (address.host.empty() && !v6_available)) {
    made.v4.sin_family = AF_INET;
    made.v4.sin_port = htons(address.port);
    made.size = sizeof made.v4;
    return made;
  }
  made.v6 = {};
  inet_pton(AF_INET6, address.host.empty() ? "::" : address.host.c_str(), &made.v6.sin6_addr);
  made.v6.sin6_family = AF_INET6;
  made.v6.sin6_port = htons(address.port);
  made.size = sizeof made.v6;
  return made;
}

// A descriptor, or a negative errno.
int bind_to(const Endpoint& endpoint, bool share) noexcept {
  const int kind = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC;
  Descriptor socket(::socket(endpoint.any.sa_family, kind, 0));
  const auto set = [&socket](int level, int name, int value) {
    return ::setsockopt(socket.number(), level, name, &value, sizeof value) == 0;
  };
  // A restart must not wait for connections of the last run to time out (TIME_WAIT).
  const bool bound = socket.is_open() && set(SOL_SOCKET, SO_REUSEADDR, 1) &&
                     (!share || set(SOL_SOCKET, SO_REUSEPORT, 1)) &&
                     (!endpoint.is_v6() || set(IPPROTO_IPV6, IPV6_V6ONLY, 0)) &&
                     ::bind(socket.number(), &endpoint.any, endpoint.size) == 0;
  return bound ? socket.release() : -errno;
}

}  // namespace

Result<std::vector<Endpoint>> reserve_addresses(const ListenAddress& address) {
  if (address.host != both_loopbacks) {
    const auto one = reserve_address(address);
    if (one.has_error()) return one.error();
    return std::vector{*one};
  }
  for (int attempt = 1;; ++attempt) {
    const auto v4 = reserve_address({"127.0.0.1", address.port});
    if (v4.has_error() && v4.error() != errc::address_unavailable) return v4.error();
    const std::uint16_t port = v4 ? ntohs(v4->v4.sin_port) : address.port;
    const auto v6 = reserve_address({"::1", port});
    if (v4 && v6) return std::vector{*v4, *v6};
    if (v6) return std::vector{*v6};
    if (v4 && v6.error() == errc::address_unavailable) return std::vector{*v4};
    // What is free in one family may be taken in the other.
    const bool may_choose = address.port == 0 && v6.error() == errc::address_in_use;
    if (!may_choose || attempt == most_attempts) return v6.error();
  }
}

Result<Endpoint> reserve_address(const ListenAddress& address) {
  if (address.host == both_loopbacks) return errc::address_unavailable;
  for (const bool v6 : {true, false}) {
    const int bound = bind_to(to_endpoint(address, v6), false);
    if (bound == -EAFNOSUPPORT && v6) continue;
    if (bound < 0) return translate_errno(-bound);
    const Descriptor probe(bound);
    Endpoint found;
    found.size = sizeof found.v6;
    ::getsockname(probe.number(), &found.any, &found.size);
    return found;
  }
  return errc::address_unavailable;
}

/// The listening socket while it is open, and the pause while descriptors are short.
struct Listener::Acceptor final : Poller::Target {
  Acceptor(Loop& owner, Descriptor listening)
      : loop(owner), socket(std::move(listening)), pause(owner) {}
  ~Acceptor() { close(); }

  void start(Accept then) {
    accept = std::move(then);
    waiting = true;
    loop.begin_wait();
    loop.poller().change(socket.number(), EPOLLIN, *this);
  }

  // One a turn: in between, those who are in are served and those who were turned away may go.
  void ready(std::uint32_t) override { accept_some(1); }

  void accept_some(int most) {
    for (int i = 0; i < most && socket.is_open(); ++i) {
      Descriptor accepted(
          ::accept4(socket.number(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
      if (!accepted.is_open()) {
        if (errno == EAGAIN || errno == EWOULDBLOCK) return;
        // Out of descriptors or memory: trying at once would spin. Anything else is the fault of
        // one connection.
        if (translate_errno(errno) == errc::overloaded) return rest();
        continue;
      }
      auto stream = ByteStream::make(loop, std::move(accepted));
      if (stream.has_error()) return rest();
      accept(std::move(*stream));
    }
  }

  void rest() {
    loop.poller().change(socket.number(), 0, *this);
    pause.set(pause_without_descriptors,
              [this] { loop.poller().change(socket.number(), EPOLLIN, *this); });
  }

  void close() noexcept {
    pause.cancel();
    loop.poller().forget(*this);
    socket.close();
    if (std::exchange(waiting, false)) loop.end_wait();
  }

  Loop& loop;
  Descriptor socket;
  Alarm pause;
  Accept accept;
  bool waiting = false;
};

Listener::Listener(std::unique_ptr<Acceptor> acceptor) noexcept : acceptor_(std::move(acceptor)) {}
Listener::~Listener() = default;

Result<std::unique_ptr<Listener>> Listener::open(Loop& loop, const Endpoint& endpoint) {
  const int bound = bind_to(endpoint, true);
  if (bound < 0) return translate_errno(-bound);
  Descriptor socket(bound);
  if (::listen(socket.number(), backlog) != 0) return translate_errno(errno);
  auto acceptor = std::make_unique<Acceptor>(loop, std::move(socket));
  const auto added = loop.poller().add(acceptor->socket.number(), 0, *acceptor);
  if (added.has_error()) return added.error();
  return std::unique_ptr<Listener>(new Listener(std::move(acceptor)));
}

void Listener::start(Accept accept) { acceptor_->start(std::move(accept)); }

void Listener::close() {
  if (!acceptor_->socket.is_open()) return;
  acceptor_->accept_some(backlog);
  acceptor_->close();
}

}  // namespace llmgw
