// SPDX-License-Identifier: MIT
// A stream whose other side the test plays by hand.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>

#include <string>

#include "common/net/byte_stream.hpp"
#include "tests/unit/common/net/loopback.hpp"

namespace llmgw::proxy {

/// The blocking side.
class StreamPeer {
 public:
  explicit StreamPeer(Descriptor socket) : socket_(std::move(socket)) {
    const timeval patience{5, 0};
    ::setsockopt(socket_.number(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  }
  void send(std::string_view bytes) const {
    EXPECT_EQ(::send(socket_.number(), bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
  }
  std::string read(std::size_t size) const {
    std::string bytes(size, '\0');
    const auto count = ::recv(socket_.number(), bytes.data(), size, MSG_WAITALL);
    bytes.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    return bytes;
  }
  /// Up to and including `mark`, byte by byte, so that nothing behind it is lost.
  std::string read_until(std::string_view mark) const {
    std::string bytes;
    while (!bytes.ends_with(mark)) {
      const std::string next = read(1);
      if (next.empty()) break;
      bytes += next;
    }
    return bytes;
  }
  std::string read_all() const {
    std::string bytes;
    for (std::string next; !(next = read(1)).empty();) bytes += next;
    return bytes;
  }
  void close() { socket_ = Descriptor(); }

 private:
  Descriptor socket_;
};

/// Both sides of one connection.
struct StreamPair {
  explicit StreamPair(Loop& loop) : StreamPair(loop, LoopbackPort(1)) {}

  ByteStream::Pointer stream;
  StreamPeer peer;

 private:
  StreamPair(Loop& loop, const LoopbackPort& port)
      : stream(connected(loop, port)), peer(port.accept()) {}

  static ByteStream::Pointer connected(Loop& loop, const LoopbackPort& port) {
    Descriptor socket(::socket(AF_INET, SOCK_STREAM, 0));
    EXPECT_EQ(::connect(socket.number(), port.endpoint().data(),
                        static_cast<socklen_t>(port.endpoint().size())),
              0);
    ::fcntl(socket.number(), F_SETFL, O_NONBLOCK);
    return std::move(ByteStream::make(loop, std::move(socket))).value();
  }
};

}  // namespace llmgw::proxy
