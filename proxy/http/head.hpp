// SPDX-License-Identifier: MIT
// PURE: heads of HTTP/1.x messages, parsed in place and strictly.
//
// What is accepted here can be read in one way only. Whatever RFC 9112 forbids, or lets a recipient
// choose about, is refused: the next party might choose differently, and that difference is request
// smuggling.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "common/error.hpp"

namespace llmgw::http {

/// Fields that the gateway itself acts on; all others are `other`.
enum class FieldId : std::uint8_t {
  other,
  api_key,
  authorization,
  connection,
  content_encoding,
  content_length,
  content_type,
  expect,
  host,
  keep_alive,
  origin,
  proxy_authorization,
  proxy_connection,
  request_id,  // X-Request-Id, and Request-Id as Anthropic spells it
  sec_fetch_site,
  te,
  transfer_encoding,
  upgrade,
  x_api_key,
  x_goog_api_key,
  x_llm_provider,
  x_llm_request_id,
  x_llm_tenant,
  x_tenant,
};

/// Looks a field name up, in any case.
FieldId field_id(std::string_view name) noexcept;

/// One field line; the value is without surrounding white space.
struct Field {
  std::string_view name;
  std::string_view value;
  FieldId id = FieldId::other;
  /// Both point into a line that reads `name: value` and CRLF, byte for byte as it would be
  /// written.
  bool is_plain_line = false;

  /// That line; only of one that is plain.
  std::string_view plain_line() const noexcept {
    return {name.data(), name.size() + value.size() + std::string_view(": \r\n").size()};
  }
};

/// How the end of a body is known (RFC 9112 section 6.3).
struct Framing {
  enum class Kind : std::uint8_t { none, length, chunked, until_close };
  Kind kind = Kind::none;
  std::uint64_t length = 0;  ///< for Kind::length
};

/// What the two kinds of head have in common. All views point into the parsed bytes.
struct Head {
  std::span<const Field> fields;
  std::uint8_t minor_version = 1;
  Framing framing;
  bool keep_alive = true;  ///< persistence by version and Connection (RFC 9112 section 9.3)
  bool connection_names_fields = false;  ///< Connection holds more than close and keep-alive
  std::size_t size = 0;                  ///< bytes of the head, the empty line included

  /// Value of the first field of this kind; empty if there is none.
  std::string_view value(FieldId id) const noexcept;
  /// Whether any Connection field names `name`, which is then hop-by-hop (RFC 9110 section 7.6.1).
  bool connection_names(std::string_view name) const noexcept;
};

struct RequestHead : Head {
  std::string_view method;
  std::string_view target;     ///< origin form (`/path?query`) or `*`; of an absolute form, what
                               ///< follows the authority
  std::string_view authority;  ///< host and port that the request is for: those of an absolute
                               ///< form, else of Host; empty without either
  bool expects_continue = false;
  bool tells_origin = false;  ///< has Origin or Sec-Fetch-Site, as requests of browsers have

  std::string_view path() const noexcept { return target.substr(0, target.find('?')); }

  /// All that is viewed of it: from the method to the end of the last field.
  std::string_view bytes() const noexcept;
  /// All views are of `copy` from now on, which holds what bytes() did, and the fields are `own`,
  /// which hold what `fields` did.
  void move_to(std::string_view copy, std::span<Field> own) noexcept;
};

struct ResponseHead : Head {
  int status = 0;
  std::string_view reason;
};

struct Limits {
  static constexpr std::size_t head = 64 * 1024;
  static constexpr std::size_t fields = 256;
  static constexpr std::size_t target = 16 * 1024;
  static constexpr std::size_t connection_options =
      64;  ///< each is compared with each field's name
};

/// Room for the fields of one head.
using FieldStorage = std::array<Field, Limits::fields>;

/// Finds the end of a head that arrives in pieces, looking at each byte once.
class HeadScanner {
 public:
  /// `bytes` is all that has arrived so far, starting at the message. Yields the head's size, or
  /// nothing yet. errc::head_too_large; errc::malformed_message for a line end that is not CRLF.
  Result<std::optional<std::size_t>> scan(std::string_view bytes) noexcept;
  void reset() noexcept { *this = {}; }

 private:
  std::size_t looked_at_ = 0;
  std::size_t line_start_ = 0;
  bool started_ = false;  // a line that is not empty was seen
};

/// Parses a complete request head. Empty lines before it are skipped and counted in its size (RFC
/// 9112 section 2.2). errc::malformed_message, unsupported_version, unsupported_coding,
/// unsupported_method (CONNECT), head_too_large, target_too_long.
Result<RequestHead> parse_request_head(std::string_view bytes, FieldStorage& storage) noexcept;

/// Parses a complete response head; `to_head_request`: the answer has no body whatever its fields
/// say.
Result<ResponseHead> parse_response_head(std::string_view bytes, FieldStorage& storage,
                                         bool to_head_request) noexcept;

/// Parses the field lines of a trailer section, its final empty line included.
Result<std::span<const Field>> parse_trailers(std::string_view bytes,
                                              FieldStorage& storage) noexcept;

}  // namespace llmgw::http
