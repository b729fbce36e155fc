// SPDX-License-Identifier: MIT
// The Asio half of ByteStream; included only by the sources of common/net.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>

#include "common/net/byte_stream.hpp"

namespace llmgw {

/// A ByteStream with its socket. Always on the heap, owned through ByteStream::Pointer.
class TcpStream final : public ByteStream {
 public:
  using Executor = boost::asio::io_context::executor_type;
  using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, Executor>;

  explicit TcpStream(Loop& loop) : ByteStream(loop), socket(loop.context().get_executor()) {}

  /// To be called once the socket is connected: no delay, no blocking.
  void configure() noexcept;

  Socket socket;
  std::unique_ptr<boost::asio::steady_timer> hangup_check;  // made where it is needed, rarely
};

/// The error of ours that a socket error of Asio's stands for.
errc translate(boost::system::error_code code) noexcept;
/// The same for an errno value.
errc translate_errno(int number) noexcept;

}  // namespace llmgw
