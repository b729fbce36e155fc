// SPDX-License-Identifier: MIT
// Asking and checking.
#include "bench/load/clients.hpp"

#include <sys/epoll.h>

#include <utility>

#include "bench/load/clock.hpp"

namespace llmgw::bench {

void Client::ask(std::int64_t due_at) {
  if (crowd_.asked == crowd_.most) return;
  ++crowd_.asked;
  ++crowd_.open;
  busy_ = true;
  asked_at_ = due_at;
  begin_answer();
  socket_.send(crowd_.next_request());
}

void Client::ready(std::uint32_t events) {
  if ((events & EPOLLOUT) != 0) socket_.flush();
  if ((events & ~static_cast<std::uint32_t>(EPOLLOUT)) == 0 || !socket_.is_open()) return;
  do {
    std::string_view bytes;
    const auto status = socket_.receive(bytes);
    if (status == Socket::Status::nothing) return;
    if (status == Socket::Status::closed || !take(bytes)) return fail();
  } while (socket_.may_have_more());
}

bool Client::take(std::string_view bytes) {
  for (;;) {
    std::string_view piece;
    switch (message_.next(bytes, piece)) {
      case Message::Step::payload:
        if (!take_payload(piece)) return false;
        break;
      case Message::Step::need_more: return true;
      case Message::Step::fault: return false;
      case Message::Step::end:
        if (!busy_ || !finish()) return false;
    }
  }
}

bool Client::finish() {
  const std::int64_t now = now_ns();
  busy_ = false;
  --crowd_.open;
  if (message_.status() != crowd_.reply_status || !end_answer(now)) {
    ++crowd_.outcome.errors;
    socket_.close();
    return true;
  }
  if (crowd_.outcome.measuring) ++crowd_.outcome.requests;
  if (crowd_.asks_again) ask(now);
  return true;
}

void Client::fail() {
  socket_.close();
  ++crowd_.outcome.errors;
  if (std::exchange(busy_, false)) --crowd_.open;
}

void StreamClient::begin_answer() {
  partial_.clear();
  number_ = 0;
  ended_ = false;
}

bool StreamClient::take_payload(std::string_view bytes) {
  constexpr std::size_t size = StreamText::chunk_size;
  if (!partial_.empty()) {
    const std::size_t missing = std::min(size - partial_.size(), bytes.size());
    partial_.append(bytes.substr(0, missing));
    bytes.remove_prefix(missing);
    if (partial_.size() < size) return true;
    if (!take_chunk(StreamText::read(partial_))) return false;
    partial_.clear();
  }
  for (; bytes.size() >= size; bytes.remove_prefix(size)) {
    if (!take_chunk(StreamText::read(bytes.substr(0, size)))) return false;
  }
  partial_.assign(bytes);
  return true;
}

bool StreamClient::take_chunk(const std::optional<StreamText::Seen>& seen) {
  const std::int64_t now = now_ns();
  if (!seen || ended_ || (!seen->last && seen->number != number_)) return false;
  Outcome& outcome = crowd_.outcome;
  if (number_++ == 0) {
    ++crowd_.started;
    if (outcome.measuring)
      outcome.first_bytes.push_back(static_cast<std::uint32_t>(now - asked_at_));
  }
  if (outcome.measuring) ++outcome.chunks;
  if (seen->last) {
    ended_ = true;
  } else {
    outcome.note_delay(now - seen->sent_at);
  }
  return true;
}

bool StreamClient::end_answer(std::int64_t) {
  return ended_ && partial_.empty() && (crowd_.chunks == 0 || number_ == crowd_.chunks);
}

bool RewrittenStreamClient::take_payload(std::string_view bytes) {
  partial_.append(bytes);
  std::size_t begin = 0;
  for (std::size_t end = 0; (end = partial_.find('\n', begin)) != partial_.npos; begin = end + 1) {
    const auto seen =
        StreamText::read_content(std::string_view(partial_).substr(begin, end - begin));
    if (seen && !take_chunk(seen)) return false;
  }
  partial_.erase(0, begin);
  return true;
}

}  // namespace llmgw::bench
