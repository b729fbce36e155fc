// SPDX-License-Identifier: MIT
// The usage of a stream whose client has left behind its last text.
#include <algorithm>

#include "common/async/alarm.hpp"
#include "proxy/api/forward_exchange.hpp"

namespace llmgw::proxy {
namespace {

using Clock = std::chrono::steady_clock;

// What follows the end of the text is one small chunk that the upstream has ready.
constexpr std::chrono::milliseconds patience{1000};
constexpr std::chrono::milliseconds step{100};  // how soon it is noticed that this proxy is to end
constexpr std::size_t most_bytes = 64 * 1024;
constexpr std::size_t most_at_once = 100;  // of a worker

}  // namespace

// Only where the usage was asked for, by whomever, and is next to come.
bool Forward::may_await_usage() const noexcept {
  const bool is_asked = attempt_->is_edited() || request_.facts().wants_usage.value_or(false);
  return is_asked && !is_relayed_ && request_.is_complete() && attempt_->is_connected() &&
         response_tap_.awaits_usage() && !context_.draining &&
         context_.usage_awaited < most_at_once;
}

// Nothing is generated any more: whoever leaves now has had all of it. If that ended the exchange
// at once, leaving early would be a way not to be metered.
Task<void> Forward::await_usage(http::BodyDecoder& decoder) {
  ByteStream& upstream = attempt_->stream();
  ++context_.usage_awaited;
  is_awaiting_usage_ = true;
  Alarm alarm(context_.loop);
  std::size_t left = most_bytes;
  const auto until = Clock::now() + patience;
  while (response_tap_.awaits_usage() && left > 0 && !context_.draining && Clock::now() < until) {
    alarm.set(step, [&upstream] { upstream.interrupt_read(); });
    upstream.read_expires_never();
    const auto bytes = co_await upstream.read();
    if (bytes.has_error() && bytes.error() != errc::timed_out) break;
    std::string_view input = bytes.has_value() ? *bytes : std::string_view();
    left -= std::min(left, input.size());
    Gather& unsent = context_.loop.gather();
    if (reframe(decoder, input, BodyForm::payload_only, response_tap_, unsent) !=
        ReframeStep::need_more)
      break;
  }
  is_awaiting_usage_ = false;
  --context_.usage_awaited;
}

}  // namespace llmgw::proxy
