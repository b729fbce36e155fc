// SPDX-License-Identifier: MIT
// Client: small requests to one server over one kept connection. For what is not on the data path.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "common/http/client_message.hpp"
#include "common/net/address_book.hpp"
#include "common/net/byte_stream.hpp"
#include "common/net/connect.hpp"
#include "common/settings/http_url.hpp"

namespace llmgw::http {

/// Reads until the answer is whole. Errors of ByteStream::read and of the reader.
Task<Result<void>> read_answer(ByteStream& stream, ResponseReader& reader);

/// One request at a time, on one loop. A kept connection that turns out to be dead before a byte
/// was sent is replaced silently; anything later is the caller's to repeat, and then begins with
/// what the server's name stands for by that time.
class Client {
 public:
  struct Limits {
    std::chrono::milliseconds connect;  ///< for TCP: a server that is there accepts at once
    std::chrono::milliseconds all;      ///< from the look-up of the name to the answer's last byte
    std::size_t body_most = ResponseReader::usual_body_most;  ///< bytes of an answer's body
  };

  /// `tls` may be nullptr for an http server.
  Client(Loop& loop, HttpUrl server, TlsContext* tls)
      : loop_(loop),
        server_(std::move(server)),
        tls_(tls),
        book_(loop, server_.host, server_.port) {}

  /// Sends and waits for the answer. errc::not_resolved, refused, timed_out, tls_failed,
  /// connection_closed, connection_reset, malformed_message, body_too_large, cancelled.
  Task<Result<Response>> request(Request request, Limits limits);

  /// Whether a connection of an earlier request is kept. The server may have closed it without
  /// our knowing yet: a request that fails on it says little about the server.
  bool has_kept_connection() const noexcept { return stream_ != nullptr; }

  /// Closes the kept connection; not while a request is under way.
  void close() noexcept { stream_.reset(); }
  /// The same, and the next request looks the server's name up before it connects.
  void begin_anew() noexcept {
    close();
    doubtful_ = true;
  }

  /// Ends what is under way with errc::cancelled.
  void cancel() noexcept;

 private:
  using Clock = std::chrono::steady_clock;
  Task<Result<std::vector<Endpoint>>> look_up(Limits limits, Clock::time_point end);
  Task<Result<void>> open(Limits limits, Clock::time_point end);
  Task<Result<Response>> exchange(std::string_view head, std::string_view body,
                                  std::size_t body_most);

  Loop& loop_;
  HttpUrl server_;
  TlsContext* tls_;
  AddressBook book_;
  ByteStream::Pointer stream_;
  ConnectAttempt attempt_;
  bool doubtful_ = false;  // whether the server may have moved
};

}  // namespace llmgw::http
