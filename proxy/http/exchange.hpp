// SPDX-License-Identifier: MIT
// Exchange: one request on a server connection and the means to answer it.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "common/http/out_field.hpp"
#include "common/net/byte_stream.hpp"
#include "proxy/http/body_decoder.hpp"
#include "proxy/http/head.hpp"
#include "proxy/http/retained_head.hpp"

namespace llmgw::http {

/// What an exchange has to know of its connection.
struct SessionTerms {
  std::chrono::milliseconds progress = std::chrono::seconds(60);  ///< see Exchange::progress_limit
  bool is_first = true;  ///< nothing was asked on this connection before
  const bool* is_ending =
      nullptr;  ///< true: no response may promise that the connection stays open
};

/// Lives in the session's coroutine for the length of one request. Exactly one response is given:
/// by reply(), or by a relay that writes to client() itself and then calls mark_responded().
class Exchange {
 public:
  /// `rest`: what arrived behind the head; what belongs to the next request is given back to the
  /// stream. `begun_at`: when the request's first byte was read.
  Exchange(ByteStream& client, const RequestHead& head, std::string_view rest,
           Deadline::Clock::time_point begun_at, SessionTerms terms = {});
  /// For what is no request: it can only be refused.
  explicit Exchange(ByteStream& client, SessionTerms terms = {}) noexcept;

  /// Views are good until the first suspension, unless retain_head() was called before.
  const RequestHead& head() const noexcept { return head_; }
  /// Copies the head, so that its views are good as long as the exchange.
  void retain_head();
  /// Ends that: nobody looks at the head any more.
  void release_head() noexcept;

  Deadline::Clock::time_point begun_at() const noexcept { return begun_at_; }
  ByteStream& client() noexcept { return client_; }
  Loop& loop() noexcept { return client_.loop(); }

  // The request's body.

  /// Its decoder.
  BodyDecoder& body() noexcept { return body_; }
  /// Body bytes that arrived with the head, not decoded; good until the first suspension.
  std::string_view buffered() const noexcept { return buffered_; }
  /// Whether the next request could be read: nothing of this one's body is outstanding.
  bool is_body_consumed() const noexcept;
  /// Says that a relay has taken what is buffered.
  void take_buffered() noexcept { buffered_ = {}; }

  // The response. Fields are given as a named array: a braced list inside co_await trips g++ 12.

  /// A whole response; head and body leave together. Content-Length and Connection are added.
  Task<Result<void>> reply(int status, std::span<const OutField> fields, std::string_view body);

  bool is_response_started() const noexcept { return started_; }
  void mark_started() noexcept { started_ = true; }
  void mark_responded() noexcept { responded_ = true; }

  /// The connection ends after this response; to be said before its head is sent.
  void close_after() noexcept { keep_alive_ = false; }
  /// Whether the response says that the connection stays open; asked when its head is written.
  bool keeps_alive() noexcept {
    if (terms_.is_ending != nullptr && *terms_.is_ending) keep_alive_ = false;
    return keep_alive_;
  }
  /// Whether the connection can carry another request.
  bool is_reusable() const noexcept { return keep_alive_ && responded_ && is_body_consumed(); }

  /// Whether nothing was asked on this connection before.
  bool is_first() const noexcept { return terms_.is_first; }
  /// How long the client may take no byte of a response, and in which it has to send
  /// `progress_bytes` of a body, if that does not end (see BodyPace).
  std::chrono::milliseconds progress_limit() const noexcept { return terms_.progress; }
  static constexpr std::chrono::seconds progress_timeout{60};
  static constexpr std::size_t progress_bytes = 16 * 1024;

 private:
  std::string head_text(int status, std::span<const OutField> fields, std::string_view framing);

  ByteStream& client_;
  RequestHead head_;
  Deadline::Clock::time_point begun_at_;
  SessionTerms terms_;
  BodyDecoder body_;
  std::string_view buffered_;
  RetainedHead retained_;
  bool to_head_request_ = false;
  bool keep_alive_ = false;
  bool started_ = false;
  bool responded_ = false;
};

}  // namespace llmgw::http
