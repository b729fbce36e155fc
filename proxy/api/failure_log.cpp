// SPDX-License-Identifier: MIT
// The lines about exchanges that failed.
#include "proxy/api/failure_log.hpp"

namespace llmgw::proxy {
namespace {

// 0 for a connection that was turned away before it was read.
double milliseconds_since(Deadline::Clock::time_point begun_at) noexcept {
  if (begun_at == Deadline::Clock::time_point()) return 0;
  const auto taken =
      std::chrono::round<std::chrono::microseconds>(Deadline::Clock::now() - begun_at);
  return std::chrono::duration<double, std::milli>(taken).count();
}

}  // namespace

std::string_view reason_of(const Failure& failure) noexcept {
  if (failure.side == Failure::Side::client) return {};
  if (failure.fault != errc::timed_out) return describe(failure.fault);
  return failure.side == Failure::Side::connection ? "no connection in time" : "no answer in time";
}

void log_failure(Context& context, const http::Exchange& exchange, std::string_view request_id,
                 const GatewayError& error, std::string_view reason,
                 std::string_view upstream) noexcept {
  if (error.status < 500) return;
  context.log.warn("request failed", {{"request_id", request_id},
                                      {"status", error.status},
                                      {"code", error.code},
                                      {"reason", reason},
                                      {"upstream", upstream},
                                      {"duration_ms", milliseconds_since(exchange.begun_at())}});
}

void log_cut_response(Context& context, const http::Exchange& exchange, std::string_view request_id,
                      int status, Outcome outcome, std::string_view upstream) noexcept {
  context.log.warn("response cut off", {{"request_id", request_id},
                                        {"status", status},
                                        {"outcome", name(outcome)},
                                        {"upstream", upstream},
                                        {"duration_ms", milliseconds_since(exchange.begun_at())}});
}

}  // namespace llmgw::proxy
