// SPDX-License-Identifier: MIT
// The rest of a request, and what its end means for the answer.
#include "proxy/upstream/request_pump.hpp"

namespace llmgw::proxy {

void RequestPump::start(ClientRequest& request, ByteStream& upstream,
                        std::chrono::milliseconds silence) {
  child_.start(run(request, upstream, silence));
}

Task<void> RequestPump::run(ClientRequest& request, ByteStream& upstream,
                            std::chrono::milliseconds silence) {
  upstream.expires_without_progress(silence);
  const Result<void> sent = co_await upstream.flush(&request.client());
  upstream.write_expires_never();
  RelayEnd end;
  if (sent.has_error()) {
    end = {RelayEnd::Kind::sink_failed, errc_of(sent.error())};
  } else if (!request.is_complete()) {
    end = co_await request.relay_to(upstream, silence);
  }
  if (!is_over_) conclude(request, upstream, silence, end);
}

void RequestPump::conclude(ClientRequest& request, ByteStream& upstream,
                           std::chrono::milliseconds silence, const RelayEnd& end) {
  using Kind = RelayEnd::Kind;
  switch (end.kind) {
    case Kind::complete:
      upstream.read_expires_after(silence);  // from now on it is the upstream that is waited for
      return request.watch_client_now();
    case Kind::sink_failed:
      // Its answer, if there is one, says why.
      if (end.fault == errc::timed_out) upstream.close(errc::timed_out);
      upstream.read_expires_after(silence);
      return request.watch_client_now();
    case Kind::source_ended:
      if (end.fault != errc::timed_out) {
        request.note_client_gone();
        break;
      }
      [[fallthrough]];
    default: fault_ = end.kind == Kind::too_large ? errc::body_too_large : end.fault;
  }
  upstream.close();
}

}  // namespace llmgw::proxy
