// SPDX-License-Identifier: MIT
// Heads, limits and the end of a connection; bodies are in endpoint_body.cpp.
#include "common/http/endpoint_connection.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <utility>

#include "common/net/send_queue.hpp"
#include "common/net/socket_error.hpp"

namespace llmgw::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr std::chrono::seconds linger_time{1};
constexpr std::size_t linger_most = 1024 * 1024;

}  // namespace

EndpointConnection::EndpointConnection(Loop& loop, SpareBuffers& buffers, Milliseconds progress)
    : loop_(loop), buffers_(buffers), socket_(loop.context()), progress_(progress) {
  loop.deadlines().add(limit_);
  parser_.emplace();
}

EndpointConnection::~EndpointConnection() { give_buffer(); }

Result<std::unique_ptr<EndpointConnection>> EndpointConnection::make(Loop& loop, Descriptor socket,
                                                                     SpareBuffers& buffers,
                                                                     Milliseconds progress) {
  std::unique_ptr<EndpointConnection> made(new EndpointConnection(loop, buffers, progress));
  Code fault;
  made->socket_.assign(tcp::v6(), socket.number(), fault);  // of either family: nobody asks
  if (fault) return errc::overloaded;
  socket.release();
  made->socket_.set_option(tcp::no_delay(true), fault);  // a dead one says so at its first read
  made->socket_.native_non_blocking(true, fault);
  return made;
}

// Waiting.

void EndpointConnection::limit_passed() noexcept {
  if (is_writing_) {
    const int before = std::exchange(unsent_, unsent());
    if (unsent_ < before) return expires_after(progress_);
  }
  timed_out_ = true;
  Code ignored;
  socket_.cancel(ignored);
}

int EndpointConnection::unsent() noexcept { return bytes_in_send_queue(socket_.native_handle()); }

// What an operation that has ended means; none has a limit any more.
errc EndpointConnection::outcome(const Code& fault) noexcept {
  limit_.expires_never();
  const bool was_late = std::exchange(timed_out_, false);
  if (!fault) return errc::ok;
  if (fault == asio::error::eof) return errc::connection_closed;
  if (fault == asio::error::operation_aborted || fault == asio::error::bad_descriptor)
    return was_late && socket_.is_open() ? errc::timed_out : errc::cancelled;
  return translate_errno(fault.value());
}

void EndpointConnection::close() noexcept {
  Code ignored;
  socket_.close(ignored);
}

// Receiving.

void EndpointConnection::take_buffer() {
  if (buffer_.capacity() == 0) buffer_ = buffers_.take();
}

void EndpointConnection::give_buffer() {
  buffers_.give(std::exchange(buffer_, boost::beast::flat_buffer()));
}

Task<Result<std::size_t>> EndpointConnection::receive(asio::mutable_buffer into) {
  const auto count = co_await socket_.async_read_some(into, use_task);
  const errc fault = outcome(count.has_error() ? count.error() : Code());
  if (fault != errc::ok) co_return fault;
  co_return *count;
}

Task<Result<std::size_t>> EndpointConnection::fill() {
  take_buffer();
  auto room = buffer_.prepare(buffer_.capacity() - buffer_.size());
  const auto count = co_await receive(room);
  if (count.has_value()) buffer_.commit(*count);
  co_return count;
}

// Nothing is held while a head is waited for.
Task<Result<void>> EndpointConnection::read_head(Milliseconds first_byte, Milliseconds whole) {
  parser_.emplace();
  body_left_ = 0;
  is_broken_ = false;
  has_begun_ = buffer_.size() > 0;
  if (!has_begun_) {
    give_buffer();
    expires_after(first_byte);
    const Code ready = co_await socket_.async_wait(tcp::socket::wait_read, use_task);
    const errc fault = outcome(ready);
    if (fault != errc::ok) co_return fault;
  }
  const auto latest = Deadline::Clock::now() + whole;
  for (;;) {
    const auto is_whole = parser_->take_head(buffer_);
    if (is_whole.has_error()) co_return is_whole.error();
    if (*is_whole) break;
    const auto left = std::chrono::ceil<Milliseconds>(latest - Deadline::Clock::now());
    expires_after(std::max(left, Milliseconds(0)));
    const auto count = co_await fill();
    if (count.has_error()) {
      const bool is_cut = has_begun_ && count.error() == errc::connection_closed;
      co_return is_cut ? make_error_code(errc::malformed_message) : count.error();
    }
    has_begun_ = true;
  }
  body_left_ = head().content_length.value_or(0);
  co_return Result<void>();
}

// Watching.

void EndpointConnection::watch(std::function<void()> left) {
  if (has_left_) return left();
  left_ = std::move(left);
  if (!watch_.is_started()) watch_.start(look_for_end());
}

Task<void> EndpointConnection::look_for_end() {
  constexpr std::size_t piece = 4 * 1024;
  take_buffer();
  while (buffer_.capacity() - buffer_.size() >= piece) {
    const auto slot = UseTask::with(end_of_watch_.slot());
    auto room = buffer_.prepare(piece);
    const auto count = co_await socket_.async_read_some(room, slot);
    if (count.has_error()) {
      has_left_ = count.error() != asio::error::operation_aborted || !socket_.is_open();
      break;
    }
    buffer_.commit(*count);
  }
  if (has_left_ && left_) std::exchange(left_, nullptr)();
}

Task<void> EndpointConnection::stop_watching() {
  left_ = nullptr;
  if (watch_.is_running()) end_of_watch_.emit(asio::cancellation_type::total);
  return watch_.join();
}

// The end.

Task<void> EndpointConnection::linger() {
  Code ignored;
  socket_.shutdown(tcp::socket::shutdown_send, ignored);
  take_buffer();
  const auto latest = Deadline::Clock::now() + linger_time;
  for (std::size_t total = 0; total < linger_most;) {
    const auto left = std::chrono::ceil<Milliseconds>(latest - Deadline::Clock::now());
    if (left.count() <= 0) co_return;
    buffer_.clear();
    expires_after(left);
    const auto count = co_await fill();
    if (count.has_error()) co_return;
    total += *count;
  }
}

}  // namespace llmgw::http
