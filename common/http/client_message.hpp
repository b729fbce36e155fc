// SPDX-License-Identifier: MIT
// The messages of a small client, written and read by Boost.Beast.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "common/error.hpp"
#include "common/http/out_field.hpp"

namespace llmgw::http {

/// What is asked. The views need to last until the request has ended.
struct Request {
  std::string_view method;
  std::string_view path;
  std::string_view content_type = {};      ///< empty: no such field
  std::string_view content_encoding = {};  ///< empty: no such field
  std::string_view authorization = {};     ///< empty: no such field
  std::string_view body = {};
  std::span<const OutField> fields = {};  ///< what else the head says
};

/// A response whose body was read whole.
struct Response {
  int status = 0;
  std::string body;
  std::string retry_after;  ///< the field's value; empty without it
};

/// The head of a request, up to where its body begins. `host`: for the field Host.
std::string head_of(const Request& request, std::string_view host);

/// Reads the answer to one request, wherever its bytes are cut; interim answers before it are
/// passed over. Does no I/O.
class ResponseReader {
 public:
  static constexpr std::size_t usual_body_most = 64 * 1024;

  /// `body_most`: bytes of the body, beyond which it is refused.
  explicit ResponseReader(std::size_t body_most = usual_body_most);
  ~ResponseReader();
  ResponseReader(const ResponseReader&) = delete;
  ResponseReader& operator=(const ResponseReader&) = delete;

  /// Takes the next bytes. True once the answer is whole. errc::malformed_message, body_too_large.
  Result<bool> take(std::string_view bytes);
  /// Says that the server has closed. Where that cuts the answer: errc::connection_closed, or
  /// malformed_message within its head.
  Result<void> take_end();

  /// Once it is whole.
  Response response();
  /// The same: whether the connection can carry another request.
  bool keeps_alive() const noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace llmgw::http
