// SPDX-License-Identifier: MIT
// From the credential to the key, and from the verdict to the answer.
#include "proxy/api/caller.hpp"

#include "proxy/api/fingerprint.hpp"

namespace llmgw::proxy {
namespace {

const GatewayError& error_of(KeyVerdict verdict) noexcept {
  switch (verdict) {
    case KeyVerdict::missing: return gateway_error::missing_api_key;
    case KeyVerdict::tenant_mismatch: return gateway_error::tenant_mismatch;
    case KeyVerdict::model_not_allowed: return gateway_error::model_not_allowed;
    default: return gateway_error::invalid_api_key;
  }
}

KeySettings::Time now_for(const KeySettings& key) {
  if (!is_bounded(key)) return {};
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

}  // namespace

Caller caller_of(const Callers& callers, const http::Head& head) {
  const Presented presented = presented_by(head);
  Caller caller;
  if (presented.has_two_credentials) {
    caller.verdict = KeyVerdict::unknown;
    caller.error = &gateway_error::two_credentials;
    return caller;
  }
  if (!presented.credential.empty()) caller.key = find_key(presented.credential, callers.keys());
  if (caller.key != nullptr) {
    caller.verdict = judge(*caller.key, presented, now_for(*caller.key));
    caller.tenant = tenant_by(*caller.key, presented);
  } else {
    caller.verdict = verdict_without_key(presented.credential);
  }
  caller.error = &error_of(caller.verdict);
  return caller;
}

const GatewayError* note_caller(Context& context, const Callers& callers, const Caller& caller) {
  context.counts.auth[static_cast<std::size_t>(caller.verdict)].add();
  if (caller.verdict == KeyVerdict::accepted || !callers.is_required()) return nullptr;
  const bool is_known = caller.key != nullptr;
  context.refusals.note(context.log, {.code = caller.error->code,
                                      .reason = verdict_word(caller.verdict),
                                      .tenant = is_known ? caller.key->tenant : std::string_view(),
                                      .key_id = is_known ? caller.key->id : std::string_view()});
  return caller.error;
}

}  // namespace llmgw::proxy
