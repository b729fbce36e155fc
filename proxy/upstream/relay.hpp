// SPDX-License-Identifier: MIT
// The relay: one body from one stream to another as it comes, in either direction.
#pragma once

#include <chrono>
#include <string_view>

#include "common/net/byte_stream.hpp"
#include "proxy/upstream/reframe.hpp"

namespace llmgw::proxy {

/// Why a relay ended.
struct RelayEnd {
  enum class Kind : std::uint8_t {
    complete,       ///< the whole body was sent on
    source_ended,   ///< the source closed, was reset or fell silent before the body's end; `fault`
                    ///< says which
    source_broken,  ///< the source's framing is not HTTP, or the filter wants no more of it
    sink_failed,    ///< the destination took no more; `fault` says why
    too_large,      ///< the body is over the limit
  };
  Kind kind = Kind::complete;
  errc fault = errc::ok;
  bool excess = false;  ///< complete, but the source had sent bytes behind the body already; they
                        ///< are unread again
  bool had_all_payload = false;  ///< sink_failed: what was not taken is the end of the framing
};

struct RelayLimits {
  std::chrono::milliseconds read;   ///< longest silence of the source
  std::chrono::milliseconds write;  ///< longest time in which the destination takes nothing
  std::uint64_t body = ~std::uint64_t{0};
  std::size_t least = 0;  ///< bytes that the source has to bring within `read` (see BodyPace)
};

/// Sends `head` and what there is of the body in one write, then passes bytes on as they arrive;
/// nothing waits for the next span. With a `filter` only what that lets go of is sent. `head` and
/// `input` are needed until the first suspension only, `decoder`, `tap` and `filter` until the end.
Task<RelayEnd> relay_body(ByteStream& from, ByteStream& to, http::BodyDecoder& decoder,
                          BodyForm form, Tap& tap, RelayLimits limits, std::string_view head,
                          std::string_view input, AnswerEdit* filter = nullptr);

}  // namespace llmgw::proxy
