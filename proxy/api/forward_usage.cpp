// SPDX-License-Identifier: MIT
// The usage of a stream whose client has left: behind its last text, or anywhere by the settings.
#include <algorithm>
#include <utility>

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
constexpr std::size_t most_drained_bytes = 1024 * 1024;

}  // namespace

bool Forward::may_read_on() const noexcept {
  return !is_relayed_ && request_.is_complete() && attempt_->is_connected() && !context_.draining;
}

// By the settings in force when the client leaves.
quota::AbortBilling Forward::abort_billing() const {
  const auto& callers = context_.limits.callers;
  const auto own = callers == nullptr
                       ? std::nullopt
                       : callers->rules().abort_billing_of(call_.tenant(), key_id_for_limits());
  return own.value_or(context_.config.abort_billing);
}

// Only where the usage was asked for, by whomever, and is next to come.
bool Forward::may_await_usage() const noexcept {
  const bool is_asked = attempt_->is_edited() || request_.facts().wants_usage.value_or(false);
  return is_asked && may_read_on() && response_tap_.awaits_usage() &&
         context_.usage_awaited < most_at_once;
}

// Wherever the answer stands, as long as it is a stream that is being relayed.
bool Forward::may_drain() noexcept {
  const Config& config = context_.config;
  if (!response_tap_.is_stream() || !may_read_on() || response_tap_.has_whole_usage()) return false;
  if (abort_billing() != quota::AbortBilling::drain) return false;
  const std::size_t most = std::max<std::size_t>(config.abort_drains / config.threads, 1);
  if (context_.drains < most) return true;
  if (!std::exchange(is_drain_refused_, true)) context_.counts.note(DrainResult::refused);
  return false;
}

// Reads on until the usage is there, or that is no longer so. Whether the body came to its end.
Task<bool> Forward::read_on(http::BodyDecoder& decoder, std::size_t most,
                            std::chrono::nanoseconds time,
                            bool (ResponseTap::*wants_more)() const) {
  ByteStream& upstream = attempt_->stream();
  is_awaiting_usage_ = true;
  Alarm alarm(context_.loop);
  bool is_ended = false;
  const auto until = Clock::now() + time;
  while ((response_tap_.*wants_more)() && most > 0 && !context_.draining && Clock::now() < until) {
    alarm.set(step, [&upstream] { upstream.interrupt_read(); });
    upstream.read_expires_never();
    const auto bytes = co_await upstream.read();
    if (bytes.has_error() && bytes.error() != errc::timed_out) break;
    std::string_view input = bytes.has_value() ? *bytes : std::string_view();
    most -= std::min(most, input.size());
    Gather& unsent = context_.loop.gather();
    is_ended = reframe(decoder, input, BodyForm::payload_only, response_tap_, unsent) !=
               ReframeStep::need_more;
    if (is_ended) break;
  }
  is_awaiting_usage_ = false;
  co_return is_ended;
}

// Nothing is generated any more: whoever leaves now has had all of it. If that ended the exchange
// at once, leaving early would be a way not to be metered.
Task<void> Forward::await_usage(http::BodyDecoder& decoder) {
  ++context_.usage_awaited;
  co_await read_on(decoder, most_bytes, patience, &ResponseTap::awaits_usage);
  --context_.usage_awaited;
}

// By the settings: what is read is paid for, and nobody gets it.
Task<void> Forward::drain(http::BodyDecoder& decoder) {
  ++context_.drains;
  const bool is_ended = co_await read_on(
      decoder, most_drained_bytes, context_.config.abort_drain_time, &ResponseTap::lacks_usage);
  --context_.drains;
  is_usage_drained_ = response_tap_.has_whole_usage();
  context_.counts.note(is_usage_drained_ ? DrainResult::usage
                       : is_ended        ? DrainResult::ended
                                         : DrainResult::limit);
}

}  // namespace llmgw::proxy
