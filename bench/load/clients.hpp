// SPDX-License-Identifier: MIT
// The clients: connections that ask a gateway (or the upstream itself) and check every answer.
#pragma once

#include <functional>
#include <memory>

#include "bench/load/cell.hpp"
#include "bench/load/message.hpp"
#include "bench/load/socket.hpp"
#include "bench/load/texts.hpp"

namespace llmgw::bench {

/// What the clients of one cell share.
struct Crowd {
  Reactor& reactor;
  Outcome& outcome;
  std::uint16_t port = 0;
  /// The next request as it is sent; its memory is needed until the next call.
  std::function<std::string_view()> next_request;
  std::string_view reply_body;       ///< expected; empty: only the status counts
  std::string_view reply_content{};  ///< not empty: this has to be in the body, nothing else counts
  int reply_status = 200;
  std::uint64_t chunks = 0;    ///< expected in a stream, ending included; 0: any number
  bool asks_again = true;      ///< whether an answered client asks at once
  std::uint64_t most = ~0ULL;  ///< requests to be sent in all
  std::uint64_t asked = 0;
  std::uint64_t open = 0;     ///< requests not answered yet
  std::uint64_t started = 0;  ///< streams that have brought a chunk
};

/// One connection. The request it is at began at `asked_at_`, which a paced load sets to the moment
/// that was due rather than the one it came to it.
class Client : public Handler {
 public:
  explicit Client(Crowd& crowd) : crowd_(crowd) {}

  bool connect() { return socket_.connect(crowd_.reactor, *this, crowd_.port); }
  void ask(std::int64_t due_at);
  bool is_idle() const noexcept { return !busy_ && socket_.is_open(); }
  void ready(std::uint32_t events) final;

 protected:
  virtual void begin_answer() = 0;
  /// False: the answer is wrong.
  virtual bool take_payload(std::string_view bytes) = 0;
  virtual bool end_answer(std::int64_t now) = 0;

  Crowd& crowd_;
  std::int64_t asked_at_ = 0;

 private:
  bool take(std::string_view bytes);
  bool finish();
  void fail();

  Socket socket_;
  Message message_;
  bool busy_ = false;
};

/// Expects a plain answer.
class RequestClient final : public Client {
 public:
  using Client::Client;

 private:
  void begin_answer() override { check_.begin(crowd_.reply_body, crowd_.reply_content); }
  bool take_payload(std::string_view bytes) override {
    check_.piece(bytes);
    return true;
  }
  bool end_answer(std::int64_t now) override {
    crowd_.outcome.note_delay(now - asked_at_);
    return crowd_.reply_body.empty() || check_.end();
  }

  BodyCheck check_;
};

/// Expects a stream.
class StreamClient : public Client {
 public:
  using Client::Client;

 protected:
  bool take_payload(std::string_view bytes) override;
  bool take_chunk(const std::optional<StreamText::Seen>& seen);

  std::string partial_;

 private:
  void begin_answer() override;
  bool end_answer(std::int64_t now) override;

  std::uint32_t number_ = 0;
  bool ended_ = false;
};

/// Expects a stream whose lines the gateway writes anew, and may add others to.
class RewrittenStreamClient final : public StreamClient {
 public:
  using StreamClient::StreamClient;

 private:
  bool take_payload(std::string_view bytes) override;
};

}  // namespace llmgw::bench
