// SPDX-License-Identifier: MIT
// Binding and accepting.
#include "common/net/listener.hpp"

#include <sys/socket.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <cerrno>

#include "common/net/socket_error.hpp"
#include "common/system/descriptor.hpp"

namespace llmgw {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr int backlog = 4096;
constexpr int most_attempts = 32;  // to find a port that is free in both families
constexpr std::chrono::milliseconds pause_without_descriptors{100};

/// SO_REUSEPORT in the form that set_option() takes; Asio has no name for it.
struct SharePort {
  static int level(const tcp&) noexcept { return SOL_SOCKET; }
  static int name(const tcp&) noexcept { return SO_REUSEPORT; }
  const int* data(const tcp&) const noexcept { return &on; }
  static std::size_t size(const tcp&) noexcept { return sizeof on; }
  int on = 1;
};

// Every address means IPv6 with IPv4 inside it, or IPv4 alone where the host has no IPv6.
Endpoint to_endpoint(const ListenAddress& address, bool v6_available) {
  if (address.host.empty()) return {v6_available ? tcp::v6() : tcp::v4(), address.port};
  error_code unlikely;  // the address was checked
  return {asio::ip::make_address(address.host, unlikely), address.port};
}

error_code bind_to(tcp::acceptor& socket, const Endpoint& endpoint, bool share) {
  error_code fault;
  const auto set = [&](const auto& option) {
    if (!fault) socket.set_option(option, fault);
  };
  socket.open(endpoint.protocol(), fault);
  // A restart must not wait for connections of the last run to time out (TIME_WAIT).
  set(asio::socket_base::reuse_address(true));
  if (share) set(SharePort());
  if (endpoint.protocol() == tcp::v6()) set(asio::ip::v6_only(false));
  if (!fault) socket.bind(endpoint, fault);
  return fault;
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
    const std::uint16_t port = v4 ? v4->port() : address.port;
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
  asio::io_context unused;
  for (const bool v6 : {true, false}) {
    tcp::acceptor probe(unused);
    error_code fault = bind_to(probe, to_endpoint(address, v6), false);
    if (fault == asio::error::address_family_not_supported && v6) continue;
    if (fault) return translate_errno(fault.value());
    return probe.local_endpoint();
  }
  return errc::address_unavailable;
}

/// The listening socket while it is open, and the pause while descriptors are short. Kept by the
/// wait under way.
struct Listener::Acceptor final : std::enable_shared_from_this<Acceptor> {
  explicit Acceptor(Loop& owner) : socket(owner.context()), pause(owner) {}

  // One a turn: in between, those who are in are served and those who were turned away may go.
  void wait() {
    socket.async_wait(tcp::acceptor::wait_read,
                      [self = shared_from_this()](const error_code& fault) {
                        if (!fault && self->accept_some(1) && self->socket.is_open()) self->wait();
                      });
  }

  // False where descriptors or memory are short: trying at once would spin. Any other fault is that
  // of one connection. `accept` may close the socket.
  bool accept_some(int most) {
    for (int i = 0; i < most && socket.is_open(); ++i) {
      Descriptor accepted(
          ::accept4(socket.native_handle(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
      if (!accepted.is_open() && (errno == EAGAIN || errno == EWOULDBLOCK)) break;
      if (!accepted.is_open() && translate_errno(errno) != errc::overloaded) continue;
      if (!accepted.is_open() || accept(std::move(accepted)).has_error()) {
        pause.set(pause_without_descriptors, [this] { wait(); });
        return false;
      }
    }
    return true;
  }

  void close() noexcept {
    pause.cancel();
    error_code ignored;
    socket.close(ignored);
  }

  tcp::acceptor socket;
  Alarm pause;
  Accept accept;
};

Listener::Listener(std::shared_ptr<Acceptor> acceptor) noexcept : acceptor_(std::move(acceptor)) {}
Listener::~Listener() { acceptor_->close(); }

Result<std::unique_ptr<Listener>> Listener::open(Loop& loop, const Endpoint& endpoint) {
  auto acceptor = std::make_shared<Acceptor>(loop);
  error_code fault = bind_to(acceptor->socket, endpoint, true);
  if (!fault) acceptor->socket.listen(backlog, fault);
  if (!fault) acceptor->socket.native_non_blocking(true, fault);
  if (fault) return translate_errno(fault.value());
  return std::unique_ptr<Listener>(new Listener(std::move(acceptor)));
}

void Listener::start(Accept accept) {
  acceptor_->accept = std::move(accept);
  acceptor_->wait();
}

void Listener::close() {
  if (!acceptor_->socket.is_open()) return;
  acceptor_->accept_some(backlog);
  acceptor_->close();
}

Result<Listening> listen_at(Loop& loop, const ListenAddress& address) {
  auto addresses = reserve_addresses(address);
  if (addresses.has_error()) return addresses.error();
  Listening listening{std::move(*addresses), {}};
  for (const Endpoint& each : listening.addresses) {
    auto listener = Listener::open(loop, each);
    if (listener.has_error()) return listener.error();
    listening.listeners.push_back(std::move(*listener));
  }
  return listening;
}

}  // namespace llmgw
