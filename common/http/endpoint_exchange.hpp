// SPDX-License-Identifier: MIT
// EndpointExchange: one request to an end point and the means to answer it.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "common/async/task.hpp"
#include "common/error.hpp"
#include "common/http/body_budget.hpp"
#include "common/http/endpoint_head.hpp"
#include "common/http/out_field.hpp"

namespace llmgw {
class Loop;
}

namespace llmgw::http {

class EndpointConnection;

/// What an exchange has to know of its connection.
struct EndpointTerms {
  std::uint64_t connection = 0;  ///< a number that no other connection of the server has
  const bool* is_ending =
      nullptr;  ///< true: no response may promise that the connection stays open
};

/// Lives in the session's coroutine for the length of one request. Exactly one response is given:
/// by reply(), or by start, send and finish.
class EndpointExchange {
 public:
  /// What the connection has brought: a request, whose head was read last, or something else, which
  /// can only be refused.
  enum class About : std::uint8_t { request, no_request };

  EndpointExchange(EndpointConnection& connection, About about, EndpointTerms terms) noexcept;
  EndpointExchange(const EndpointExchange&) = delete;
  EndpointExchange& operator=(const EndpointExchange&) = delete;

  const EndpointHead& head() const noexcept;
  Loop& loop() noexcept;
  std::uint64_t connection() const noexcept { return terms_.connection; }

  /// All of the request's body. errc::body_too_large beyond `most` bytes, errc::overloaded where
  /// `share` (nullptr: none) has no more, malformed_message, timed_out, connection_closed,
  /// connection_reset, cancelled. Sends 100 (Continue) where the client waits for it.
  Task<Result<std::string>> read_body(std::size_t most, BodyShare* share = nullptr);

  // The response. Fields are given as a named array: a braced list inside co_await trips g++ 12.
  // All fail with timed_out, connection_reset or cancelled.

  /// A whole response; head and body leave together. Content-Length and Connection are added.
  Task<Result<void>> reply(int status, std::span<const OutField> fields, std::string_view body);
  /// The head of a streamed response: chunked, or until close for an HTTP/1.0 client.
  Task<Result<void>> start(int status, std::span<const OutField> fields);
  /// One chunk, sent at once.
  Task<Result<void>> send(std::string_view bytes);
  /// `trailers`: field lines behind the last chunk.
  Task<Result<void>> finish(std::string_view trailers = {});
  /// Bytes as they are, for who writes heads of his own. Without finish() the connection is closed
  /// afterwards.
  Task<Result<void>> send_raw(std::string_view bytes);

  /// How long the client may take no byte of the answer, in the place of the server's limit; for
  /// the last exchange of a connection.
  void limit_progress(std::chrono::milliseconds longest) noexcept;

  bool is_response_started() const noexcept { return started_; }
  /// Whether the connection can carry another request.
  bool is_reusable() const noexcept;

  /// Once the body was read: calls `left` when the client has closed or reset its side, at once
  /// where that was seen already. nullptr: nobody is told any more.
  void watch(std::function<void()> left);
  bool has_client_left() const noexcept;

 private:
  bool keeps_alive() noexcept;
  std::string head_text(int status, std::span<const OutField> fields, OutField framing);

  EndpointConnection& connection_;
  EndpointTerms terms_;
  bool is_old_ = false;  // HTTP/1.0
  bool to_head_request_ = false;
  bool keep_alive_ = false;
  bool started_ = false;
  bool responded_ = false;
  bool chunked_ = false;
};

}  // namespace llmgw::http
