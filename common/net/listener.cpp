// SPDX-License-Identifier: MIT
// Binding and accepting on Asio.
#include "common/net/listener.hpp"

#include <arpa/inet.h>
#include <unistd.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstring>

#include "common/net/tcp_stream.hpp"

namespace llmgw {
namespace {

using boost::asio::ip::tcp;
using ReusePort = boost::asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;
using boost::system::error_code;

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

tcp::endpoint to_asio(const Endpoint& source) {
  tcp::endpoint made;
  made.resize(source.size);
  std::memcpy(made.data(), &source.any, source.size);
  return made;
}

template <class Acceptor>
error_code bind_to(Acceptor& acceptor, const Endpoint& endpoint, bool share) {
  error_code code;
  const tcp::endpoint wanted = to_asio(endpoint);
  acceptor.open(wanted.protocol(), code);
  // A restart must not wait for connections of the last run to time out (TIME_WAIT).
  if (!code) acceptor.set_option(tcp::acceptor::reuse_address(true), code);
  if (!code && share) acceptor.set_option(ReusePort(true), code);
  if (!code && endpoint.is_v6()) acceptor.set_option(boost::asio::ip::v6_only(false), code);
  if (!code) acceptor.bind(wanted, code);
  return code;
}

}  // namespace

Result<Endpoint> reserve_address(const ListenAddress& address) {
  boost::asio::io_context context;
  for (const bool v6 : {true, false}) {
    tcp::acceptor probe(context);
    const error_code code = bind_to(probe, to_endpoint(address, v6), false);
    if (code == boost::asio::error::address_family_not_supported && v6) continue;
    if (code) return translate(code);
    const tcp::endpoint bound = probe.local_endpoint();
    Endpoint found;
    std::memcpy(&found.any, bound.data(), bound.size());
    found.size = static_cast<socklen_t>(bound.size());
    return found;
  }
  return errc::address_unavailable;
}

struct Listener::Acceptor {
  using Socket = boost::asio::basic_socket_acceptor<tcp, TcpStream::Executor>;

  explicit Acceptor(Loop& owner) : loop(owner), socket(owner.context()), pause(owner.context()) {}

  void accept_next() {
    auto stream = std::make_unique<ByteStream::Pointer>(new TcpStream(loop));
    auto& target = static_cast<TcpStream&>(**stream);
    socket.async_accept(target.socket, [this, held = std::move(stream)](error_code code) mutable {
      if (code == boost::asio::error::operation_aborted) return;
      if (code) return wait_and_retry(code);
      static_cast<TcpStream&>(**held).configure();
      accept(std::move(*held));
      if (socket.is_open()) accept_next();
    });
  }

  // Out of descriptors or memory: trying at once would spin. Anything else is the fault of one
  // connection.
  void wait_and_retry(error_code code) {
    if (!socket.is_open()) return;
    if (translate(code) != errc::overloaded) return accept_next();
    pause.expires_after(std::chrono::milliseconds(100));
    pause.async_wait([this](error_code cancelled) {
      if (!cancelled) accept_next();
    });
  }

  void accept_queued() {
    error_code code;
    socket.non_blocking(true, code);
    for (;;) {
      ByteStream::Pointer stream(new TcpStream(loop));
      auto& target = static_cast<TcpStream&>(*stream);
      socket.accept(target.socket, code);
      if (code) return;
      target.configure();
      accept(std::move(stream));
    }
  }

  Loop& loop;
  Socket socket;
  boost::asio::basic_waitable_timer<std::chrono::steady_clock> pause;
  Accept accept;
};

Listener::Listener(std::unique_ptr<Acceptor> acceptor) noexcept : acceptor_(std::move(acceptor)) {}
Listener::~Listener() = default;

Result<std::unique_ptr<Listener>> Listener::open(Loop& loop, const Endpoint& endpoint) {
  auto acceptor = std::make_unique<Acceptor>(loop);
  error_code code = bind_to(acceptor->socket, endpoint, true);
  if (!code) acceptor->socket.listen(4096, code);
  if (code) return translate(code);
  return std::unique_ptr<Listener>(new Listener(std::move(acceptor)));
}

void Listener::start(Accept accept) {
  acceptor_->accept = std::move(accept);
  acceptor_->accept_next();
}

void Listener::close() {
  if (!acceptor_->socket.is_open()) return;
  acceptor_->accept_queued();
  error_code ignored;
  acceptor_->socket.close(ignored);
  acceptor_->pause.cancel();
}

}  // namespace llmgw
