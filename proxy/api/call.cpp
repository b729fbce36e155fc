// SPDX-License-Identifier: MIT
// PURE: from facts to the event.
#include "proxy/api/call.hpp"

#include <algorithm>
#include <cassert>

#include "common/text/case_blind.hpp"
#include "proxy/tenant/presented.hpp"

namespace llmgw::proxy {
namespace {

using http::FieldId;

constexpr std::string_view default_tenant = "default";

std::string_view tenant_of(const http::Head& head) noexcept {
  if (const auto named = head.value(FieldId::x_llm_tenant); is_tenant(named)) return named;
  if (const auto named = head.value(FieldId::x_tenant); is_tenant(named)) return named;
  return default_tenant;
}

// What the client identified itself with: a bearer token or one of the key fields.
std::string_view credential_of(const http::Head& head) noexcept {
  constexpr std::string_view scheme = "bearer ";
  const std::string_view authorization = head.value(FieldId::authorization);
  if (starts_ignoring_case(authorization, scheme)) {
    return authorization.substr(scheme.size());
  }
  if (!authorization.empty()) return authorization;
  for (const FieldId id : {FieldId::api_key, FieldId::x_api_key, FieldId::x_goog_api_key})
    if (const auto key = head.value(id); !key.empty()) return key;
  return {};
}

}  // namespace

Call::Call(const http::RequestHead& head, const IdText& fallback_id, Fingerprint fingerprint,
           Clock::time_point begun_at)
    : begun_at_(begun_at) {
  texts_.reserve(224);
  const std::string_view own_id = head.value(FieldId::x_llm_request_id);
  request_id_ = keep(is_valid_request_id(own_id) ? own_id : fallback_id.view(), max_event_text);
  tenant_ = keep(tenant_of(head), max_event_text);
  endpoint_ = keep(head.path(), max_event_endpoint);
  const std::string_view credential = credential_of(head);
  if (!credential.empty()) app_key_ = keep(fingerprint(credential), max_event_text);
}

void Call::note_caller(std::string_view tenant, std::string_view key_id) {
  if (tenant != this->tenant()) tenant_ = keep(tenant, max_event_text);
  key_id_ = key_id;
}

void Call::note_response(int status, std::string_view upstream_request_id) {
  status_ = status;
  upstream_request_id_ = keep(upstream_request_id, max_event_text);
}

std::optional<std::chrono::nanoseconds> Call::ttft() const noexcept {
  if (!first_byte_) return std::nullopt;
  return *first_byte_ - begun_at_;
}

MeteringEvent Call::finish(Outcome outcome, Clock::time_point now,
                           std::chrono::system_clock::time_point wall_clock,
                           std::string_view provider, std::string_view request_model,
                           const ResponseFacts& facts, const IdText& event_id) noexcept {
  assert(!finished_);
  finished_ = true;
  MeteringEvent event;
  event.request_id = request_id();
  event.tenant = tenant();
  event.app_key = slice(app_key_);
  event.key_id = key_id_;
  event.provider = provider;
  event.model = facts.model.empty() ? request_model : facts.model.view();
  event.tokens = facts.usage;
  event.latency = now - begun_at_;
  event.status_code = status_;
  event.ts = wall_clock;
  event.event_id = event_id.view();
  event.request_model = request_model;
  event.endpoint = endpoint();
  event.stream = stream_;
  event.outcome =
      outcome == Outcome::completed && facts.error_event ? Outcome::stream_error : outcome;
  event.usage_source = facts.usage == TokenCounts{} ? UsageSource::missing : UsageSource::upstream;
  event.ttft = ttft();
  event.upstream_request_id = slice(upstream_request_id_);
  event.request_bytes = request_bytes_;
  event.response_bytes = response_bytes_;
  event.captured_bytes = facts.captured_bytes;
  event.capture_truncated = facts.capture_truncated;
  event.finish_reason = facts.finish_reason.view();
  event.service_tier = facts.service_tier.view();
  event.stream_chunks = facts.stream_chunks;
  event.output_bytes = facts.output_bytes;
  return event;
}

Call::Slice Call::keep(std::string_view text, std::size_t most) {
  const Slice at{static_cast<std::uint16_t>(texts_.size()),
                 static_cast<std::uint16_t>(std::min(text.size(), most))};
  texts_.append(text.substr(0, at.size));
  return at;
}

}  // namespace llmgw::proxy
