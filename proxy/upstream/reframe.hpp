// SPDX-License-Identifier: MIT
// PURE: turns the bytes of a body as they arrived into the bytes that leave, changing the framing
// only where the two sides differ.
#pragma once

#include <cstdint>
#include <string_view>

#include "common/system/gather.hpp"
#include "proxy/http/body_decoder.hpp"
#include "proxy/provider/answer_edit.hpp"

namespace llmgw::proxy {

/// Sees each payload byte of a body once, in order. It can neither hold, change nor fail what it
/// sees.
class Tap {
 public:
  virtual void observe(std::string_view payload) noexcept = 0;

 protected:
  ~Tap() = default;
};

/// How a body leaves.
enum class BodyForm : std::uint8_t {
  as_received,   ///< same framing on both sides
  chunked,       ///< leaves in chunks of our own: arrives until close, or is filtered
  payload_only,  ///< leaves without framing: ends by the connection's close
};

enum class ReframeStep : std::uint8_t { need_more, end, fault };

/// Decodes `input` and adds what is to be sent to `out`. Stops at the body's end, leaving the rest
/// in `input`.
ReframeStep reframe(http::BodyDecoder& decoder, std::string_view& input, BodyForm form, Tap& tap,
                    Gather& out);

/// The same for a body that is filtered on its way; `form` is chunked or payload_only. A chunk
/// leaves for each input of which something is left, and trailers are kept. What the filter finds
/// to be no good answer is a fault.
ReframeStep reframe_filtered(http::BodyDecoder& decoder, std::string_view& input, BodyForm form,
                             Tap& tap, AnswerEdit& filter, Gather& out);

/// Adds what a filter still holds once no more comes. `fault`: what cut the body off; ok: nothing
/// did. Whether it is a whole answer.
bool add_held(AnswerEdit& filter, BodyForm form, errc fault, Gather& out);

/// What ends a body in this form, once the peer's close has completed it.
std::string_view closing_bytes(BodyForm form) noexcept;

}  // namespace llmgw::proxy
