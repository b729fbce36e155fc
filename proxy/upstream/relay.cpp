// SPDX-License-Identifier: MIT
// The relay loop.
#include "proxy/upstream/relay.hpp"

#include "common/http/body_pace.hpp"

namespace llmgw::proxy {
namespace {

// The source was cut off: what a filter holds of it was sent by the source, so it is passed on, as
// far as it was meant for the other side.
Task<void> send_held(ByteStream& to, BodyForm form, AnswerEdit& filter, errc fault,
                     RelayLimits limits) {
  Gather& out = to.loop().gather();
  (void)add_held(filter, form, fault, out);
  if (out.is_empty()) co_return;
  to.expires_after(limits.write);
  (void)co_await to.write(out);
}

}  // namespace

Task<RelayEnd> relay_body(ByteStream& from, ByteStream& to, http::BodyDecoder& decoder,
                          BodyForm form, Tap& tap, RelayLimits limits, std::string_view head,
                          std::string_view input, AnswerEdit* filter) {
  using Kind = RelayEnd::Kind;
  RelayEnd end;
  http::BodyPace pace(limits.read, limits.least);
  for (bool closed = false;;) {
    Gather& out = to.loop().gather();
    out.add(head);
    head = {};
    ReframeStep step = ReframeStep::end;
    const std::uint64_t sent_payload = decoder.payload_bytes();
    if (closed) {
      if (filter != nullptr && !add_held(*filter, form, errc::ok, out)) step = ReframeStep::fault;
      if (step == ReframeStep::end) out.add(closing_bytes(form));
    } else if (filter != nullptr) {
      step = reframe_filtered(decoder, input, form, tap, *filter, out);
    } else {
      step = reframe(decoder, input, form, tap, out);
    }
    if (decoder.payload_bytes() > limits.body) co_return RelayEnd{Kind::too_large};
    if (step == ReframeStep::end && !input.empty()) {
      end.excess = true;
      from.unread(input);
    }
    if (!out.is_empty()) {
      to.expires_without_progress(limits.write);
      const Result<void> sent = co_await to.write(out, &from);
      if (sent.has_error())
        co_return RelayEnd{.kind = Kind::sink_failed,
                           .fault = errc_of(sent.error()),
                           .had_all_payload = decoder.payload_bytes() == sent_payload};
      to.write_expires_never();
    }
    if (step == ReframeStep::end) co_return end;
    if (step == ReframeStep::fault)
      co_return RelayEnd{Kind::source_broken, errc::malformed_message};

    from.read_expires_after(pace.begin(from.loop().deadlines().now()));
    const auto bytes = co_await from.read();
    if (bytes.has_value()) {
      pace.end(from.loop().deadlines().now(), bytes->size());
      input = *bytes;
      continue;
    }
    const auto fault = errc_of(bytes.error());
    closed = fault == errc::connection_closed && decoder.finish_at_close();
    if (closed) continue;
    if (filter != nullptr) co_await send_held(to, form, *filter, fault, limits);
    co_return RelayEnd{Kind::source_ended, fault};
  }
}

}  // namespace llmgw::proxy
