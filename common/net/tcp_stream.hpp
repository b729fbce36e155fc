// SPDX-License-Identifier: MIT
// The Asio half of ByteStream; included only by the sources of common/net.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>

#include "common/net/byte_stream.hpp"

namespace llmgw {

class TcpStream;

/// Waits until there is something to receive, and receives it. In place of async_receive, which
/// needs a buffer for as long as it waits and begins with a system call whenever it is started,
/// although the receive before has mostly emptied the socket. Written for the reactor of Boost 1.81
/// (an internal interface; CMakeLists.txt asks for that version).
class ReceiveOperation final : public boost::asio::detail::reactor_op {
 public:
  explicit ReceiveOperation(TcpStream& stream) noexcept;
  /// One at a time; ends in TcpStream::receive_completed().
  void start();

 private:
  static status perform(reactor_op* base) noexcept;
  static void complete(void* owner, boost::asio::detail::operation* base,
                       const boost::system::error_code&, std::size_t);

  TcpStream& stream_;
  bool may_have_more_ = false;
};

/// A ByteStream with its socket. Always on the heap, owned through ByteStream::Pointer.
class TcpStream final : public ByteStream {
 public:
  using Executor = boost::asio::io_context::executor_type;
  struct Socket : boost::asio::basic_stream_socket<boost::asio::ip::tcp, Executor> {
    using basic_stream_socket::basic_stream_socket;
    auto& reactor_data() noexcept { return impl_.get_implementation().reactor_data_; }
  };

  explicit TcpStream(Loop& loop)
      : ByteStream(loop), socket(loop.context().get_executor()), receive(*this) {}

  /// To be called once the socket is connected: no delay, no blocking, and receives tell what is
  /// left.
  void configure() noexcept;

  Socket socket;
  std::unique_ptr<boost::asio::steady_timer> hangup_check;  // made where it is needed, rarely
  ReceiveOperation receive;

 private:
  friend class ReceiveOperation;
  // Of the receive that has come back; the stream may be gone afterwards.
  void receive_completed(boost::system::error_code code, std::string_view bytes);
};

/// The error of ours that a socket error of Asio's stands for.
errc translate(boost::system::error_code code) noexcept;
/// The same for an errno value.
errc translate_errno(int number) noexcept;

}  // namespace llmgw
