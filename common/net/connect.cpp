// SPDX-License-Identifier: MIT
// Resolving and connecting on Asio.
#include "common/net/connect.hpp"

#include <arpa/inet.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstring>

#include "common/async/spawn.hpp"
#include "common/net/tcp_stream.hpp"

namespace llmgw {
namespace {

using boost::asio::ip::tcp;

Endpoint from_asio(const tcp::endpoint& source) {
  Endpoint made;
  std::memcpy(&made.any, source.data(), source.size());
  made.size = static_cast<socklen_t>(source.size());
  return made;
}

tcp::endpoint to_asio(const Endpoint& source) {
  tcp::endpoint made;
  made.resize(source.size);
  std::memcpy(made.data(), &source.any, source.size);
  return made;
}

// The system's order is kept within each family, and the family of its first choice goes first.
std::vector<Endpoint> alternate_families(const std::vector<Endpoint>& sorted) {
  std::vector<Endpoint> first, second, mixed;
  for (const Endpoint& each : sorted) {
    (each.is_v6() == sorted.front().is_v6() ? first : second).push_back(each);
  }
  for (std::size_t i = 0; i < std::max(first.size(), second.size()); ++i) {
    if (i < first.size()) mixed.push_back(first[i]);
    if (i < second.size()) mixed.push_back(second[i]);
  }
  return mixed;
}

}  // namespace

std::string to_string(const Endpoint& endpoint) {
  char text[INET6_ADDRSTRLEN] = "";
  if (endpoint.is_v6()) {
    inet_ntop(AF_INET6, &endpoint.v6.sin6_addr, text, sizeof text);
    return '[' + std::string(text) + "]:" + std::to_string(ntohs(endpoint.v6.sin6_port));
  }
  inet_ntop(AF_INET, &endpoint.v4.sin_addr, text, sizeof text);
  return std::string(text) + ':' + std::to_string(ntohs(endpoint.v4.sin_port));
}

Task<Result<std::vector<Endpoint>>> resolve(Loop& loop, std::string host, std::uint16_t port) {
  tcp::resolver resolver(loop.context());
  OneShot<std::vector<Endpoint>> found;
  resolver.async_resolve(
      host, std::to_string(port),
      tcp::resolver::numeric_service | tcp::resolver::address_configured,
      [&found](boost::system::error_code, const tcp::resolver::results_type& results) {
        std::vector<Endpoint> endpoints;
        for (const auto& each : results) endpoints.push_back(from_asio(each.endpoint()));
        found.set(std::move(endpoints));
      });
  const std::vector<Endpoint> endpoints = co_await found;
  if (endpoints.empty()) co_return errc::not_resolved;
  co_return alternate_families(endpoints);
}

void ConnectAttempt::cancel() noexcept {
  cancelled_ = true;
  if (stream_ != nullptr) stream_->close();
}

Task<Result<ByteStream::Pointer>> connect(Loop& loop, const std::vector<Endpoint>& endpoints,
                                          std::chrono::milliseconds limit,
                                          ConnectAttempt* attempt) {
  ConnectAttempt unused;
  ConnectAttempt& control = attempt != nullptr ? *attempt : unused;
  bool late = false;
  boost::asio::steady_timer timer(loop.context(), limit);
  OneShot<bool> timer_done;
  timer.async_wait([&](boost::system::error_code code) {
    if (!code) {
      late = true;
      if (control.stream_ != nullptr) control.stream_->close();
    }
    timer_done.set(true);
  });

  Result<ByteStream::Pointer> outcome = errc::refused;
  for (const Endpoint& each : endpoints) {
    if (late || control.cancelled_) break;
    ByteStream::Pointer stream(new TcpStream(loop));
    auto* fresh = static_cast<TcpStream*>(stream.get());
    control.stream_ = fresh;
    OneShot<boost::system::error_code> connected;
    fresh->socket.async_connect(to_asio(each),
                                [&](boost::system::error_code code) { connected.set(code); });
    const boost::system::error_code code = co_await connected;
    control.stream_ = nullptr;
    if (late || control.cancelled_) break;
    if (!code) {
      fresh->configure();
      outcome = std::move(stream);
      break;
    }
    if (translate(code) == errc::overloaded) outcome = errc::overloaded;
  }
  timer.cancel();
  co_await timer_done;
  if (control.cancelled_) co_return errc::cancelled;
  if (outcome.has_error() && late) co_return errc::timed_out;
  co_return outcome;
}

}  // namespace llmgw
