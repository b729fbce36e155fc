// SPDX-License-Identifier: MIT
// PURE: finds where a body ends and which of its bytes are payload, by its framing (RFC 9112
// sections 6 and 7).
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "proxy/http/head.hpp"

namespace llmgw::http {

/// An incremental decoder of one message body. Bytes go in as they arrive, in spans cut anywhere;
/// pieces come out.
class BodyDecoder {
 public:
  enum class Kind : std::uint8_t {
    payload,    ///< bytes of the content
    framing,    ///< chunk framing in its plainest form, to be passed on where the other side is
                ///< chunked too
    need_more,  ///< the input is used up
    end,        ///< the body is complete; what is left of the input belongs to the next message
    fault,      ///< the framing is broken: errc::malformed_message
  };
  struct Piece {
    Kind kind;
    std::string_view
        bytes;  ///< into the input, or into the decoder for framing that had to be rewritten
    bool copy = false;  ///< bytes are the decoder's own and change with the next call
  };

  BodyDecoder() = default;
  explicit BodyDecoder(Framing framing) noexcept;

  /// Takes the next piece off `input`. After end or fault the decoder only repeats itself.
  Piece next(std::string_view& input);

  /// Says that the peer has closed. True if that completes the body (until_close), false if it cuts
  /// it.
  bool finish_at_close() noexcept;

  bool is_complete() const noexcept { return state_ == State::done; }
  const Framing& framing() const noexcept { return framing_; }
  /// Content bytes seen so far.
  std::uint64_t payload_bytes() const noexcept { return payload_bytes_; }

  static constexpr std::size_t line_limit =
      4096;  ///< a chunk-size line with its extensions, or a trailer
  static constexpr std::size_t trailer_limit = 16 * 1024;  ///< all trailers together
  /// Framing of one body beyond 16 bytes a chunk and twice its payload: many small chunks with long
  /// extensions (CVE-2023-39326).
  static constexpr std::uint64_t overhead_limit = 16 * 1024;

 private:
  enum class State : std::uint8_t { payload, size_line, data, data_end, trailers, done, broken };

  Piece next_payload(std::string_view& input, State when_empty) noexcept;
  Piece next_size_line(std::string_view& input);
  Piece next_data_end(std::string_view& input) noexcept;
  Piece next_trailer_line(std::string_view& input);
  Piece finish_trailers();
  Piece broken() noexcept;
  std::optional<std::string_view> take_line(std::string_view& input);

  Framing framing_;
  std::uint64_t remaining_ = 0;
  std::uint64_t payload_bytes_ = 0;
  std::uint64_t overhead_ = 0;  // see overhead_limit
  State state_ = State::done;
  bool half_line_end_ = false;  // the CR of a chunk's final CRLF was seen
  bool line_was_split_ = false;
  std::string line_;      // a line that began in an earlier span
  std::string trailers_;  // the trailer section so far, then as it is passed on
  std::array<char, 20> size_line_{};
};

}  // namespace llmgw::http
