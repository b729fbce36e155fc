// SPDX-License-Identifier: MIT
// A blocking client that sends the very bytes it is given.
#pragma once

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>

namespace llmgw::http {

/// One connection. Every wait ends after some seconds with an exception, which fails the test.
class RawClient {
 public:
  explicit RawClient(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    sockaddr any{};
    static_assert(sizeof any == sizeof address);
    std::memcpy(&any, &address, sizeof any);
    connected_ = ::connect(socket_, &any, sizeof any) == 0;
  }
  ~RawClient() { ::close(socket_); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  bool is_connected() const noexcept { return connected_; }

  void send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto count = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count <= 0) throw std::runtime_error("not sent");
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
  }

  /// Up to and including `end`; what lies behind it stays for the next call.
  std::string read_until(std::string_view end) {
    while (pending_.find(end) == pending_.npos) receive_or_throw();
    return take(pending_.find(end) + end.size());
  }
  std::string read_exactly(std::size_t size) {
    while (pending_.size() < size) receive_or_throw();
    return take(size);
  }
  /// Until the server closes.
  std::string read_all() {
    while (receive()) continue;
    return take(pending_.size());
  }
  /// A head and a body of the length that it tells, joined.
  std::string read_response() {
    constexpr std::string_view name = "Content-Length: ";
    std::string head = read_until("\r\n\r\n");
    const std::size_t at = head.find(name);
    std::size_t length = 0;
    if (at != head.npos)
      std::from_chars(head.data() + at + name.size(), head.data() + head.size(), length);
    return head + read_exactly(length);
  }
  /// Whether nothing comes within the time given.
  bool is_silent_for(std::chrono::milliseconds time) const {
    pollfd waited{socket_, POLLIN, 0};
    return pending_.empty() && ::poll(&waited, 1, static_cast<int>(time.count())) == 0;
  }

 private:
  bool receive() {
    pollfd waited{socket_, POLLIN, 0};
    if (::poll(&waited, 1, 5000) != 1) throw std::runtime_error("nothing came, after: " + pending_);
    char buffer[65536];
    const auto count = ::recv(socket_, buffer, sizeof buffer, 0);
    if (count < 0) throw std::runtime_error("reset, after: " + pending_);
    pending_.append(buffer, static_cast<std::size_t>(count));
    return count > 0;
  }
  void receive_or_throw() {
    if (!receive()) throw std::runtime_error("closed too early, after: " + pending_);
  }
  std::string take(std::size_t size) {
    std::string taken = pending_.substr(0, size);
    pending_.erase(0, size);
    return taken;
  }

  int socket_;
  bool connected_ = false;
  std::string pending_;
};

}  // namespace llmgw::http
