// SPDX-License-Identifier: MIT
// Receiving through Asio's reactor, without the system calls that cannot bring anything.
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <boost/asio/error.hpp>
#include <cerrno>
#include <cstring>
#include <span>

#include "common/net/tcp_stream.hpp"

namespace llmgw {

using boost::asio::detail::reactor;

namespace {

struct Received {
  ssize_t count;        // as recv() returns it
  bool is_all = false;  // nothing is left, not even the peer's end
};

// TCP_INQ tells what is left, and counts the peer's end as a byte; a short receive alone would not
// tell of an end that arrived with the bytes.
Received receive(int descriptor, std::span<char> into) noexcept {
  iovec piece{into.data(), into.size()};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))];
  msghdr message{};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  ssize_t count = 0;
  do {
    count = ::recvmsg(descriptor, &message, MSG_DONTWAIT);
  } while (count < 0 && errno == EINTR);
  if (count <= 0) return {count};
  const cmsghdr* told = CMSG_FIRSTHDR(&message);
  if (told == nullptr || told->cmsg_level != SOL_TCP || told->cmsg_type != TCP_CM_INQ)
    return {count};
  int left = 0;
  std::memcpy(&left, CMSG_DATA(told), sizeof left);
  return {count, left == 0};
}

// TCP_INQ does not count a reset, whose event may be the one that brought the bytes and would not
// come again. Asio keeps the bits of the last event where scheduler and reactor share them.
struct EventBits : boost::asio::detail::scheduler_operation {
  static unsigned of(const scheduler_operation& descriptor) noexcept {
    return descriptor.*&EventBits::task_result_;
  }
};

bool has_failed(const reactor::descriptor_state& descriptor) noexcept {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wold-style-cast"  // no other reaches a base class that is private
  const auto& operation = (const boost::asio::detail::scheduler_operation&)descriptor;
#pragma GCC diagnostic pop
  return (EventBits::of(operation) & (EPOLLERR | EPOLLHUP)) != 0;
}

}  // namespace

ReceiveOperation::ReceiveOperation(TcpStream& stream) noexcept
    : reactor_op({}, &ReceiveOperation::perform, &ReceiveOperation::complete), stream_(stream) {}

void ReceiveOperation::start() {
  ec_ = {};
  auto& reactors = boost::asio::use_service<reactor>(stream_.loop().context());
  if (may_have_more_) return reactors.post_immediate_completion(this, /*is_continuation=*/true);
  auto& socket = stream_.socket;
  reactors.start_op(reactor::read_op, socket.native_handle(), socket.reactor_data(), this,
                    /*is_continuation=*/true, /*allow_speculative=*/true);
}

// Called when an event has come, also by start_op() for one that came while nothing was under way.
// Exhausted means: the next start_op() waits for another one.
boost::asio::detail::reactor_op::status ReceiveOperation::perform(reactor_op*) noexcept {
  return done_and_exhausted;
}

// Receives only now: the loop's buffer belongs to one stream at a time, and others may have ended
// their operations between event and completion.
void ReceiveOperation::complete(void* owner, boost::asio::detail::operation* base,
                                const boost::system::error_code&, std::size_t) {
  if (owner == nullptr) return;  // the reactor is being torn down, and nobody is to be told
  auto& self = *static_cast<ReceiveOperation*>(base);
  auto& socket = self.stream_.socket;
  if (!self.ec_ && !socket.is_open()) self.ec_ = boost::asio::error::operation_aborted;
  if (self.ec_) return self.stream_.receive_completed(self.ec_, {});
  const std::span<char> space = self.stream_.receive_space();
  const Received received = receive(socket.native_handle(), space);
  self.may_have_more_ =
      received.count > 0 && (!received.is_all || has_failed(*socket.reactor_data()));
  if (received.count > 0) {
    return self.stream_.receive_completed({},
                                          {space.data(), static_cast<std::size_t>(received.count)});
  }
  if (received.count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return self.start();
  const boost::system::error_code end =
      received.count == 0
          ? boost::asio::error::eof
          : boost::system::error_code(errno, boost::asio::error::get_system_category());
  self.stream_.receive_completed(end, {});
}

}  // namespace llmgw
