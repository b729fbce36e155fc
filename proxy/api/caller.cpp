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
    case KeyVerdict::issuer_unknown: return gateway_error::issuer_unknown;
    default: return gateway_error::invalid_api_key;
  }
}

KeySettings::Time now_for(const KeySettings& key) {
  if (!is_bounded(key)) return {};
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

// By what its issuer says.
void look_at_token(std::string_view token, Context& context, const TokenIssuer& issuer,
                   Caller& caller) {
  if (issuer.keys == nullptr) {
    caller.verdict = KeyVerdict::issuer_unknown;
    return;
  }
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const IdentityMemory::Found& found = context.identities.find(token, issuer, now);
  if (const JwtFault* const fault = std::get_if<JwtFault>(&found)) {
    if (*fault == JwtFault::unknown_key) issuer.miss_key();
    caller.verdict = verdict_of(*fault);
    caller.reason = word(*fault);
  } else {
    caller.identity = std::get<Identity>(found);
    caller.key = caller.identity.get();
  }
}

// The key of the file that it is, or else the token.
void look_at(std::string_view credential, Context& context, const Callers& callers,
             Caller& caller) {
  if (!credential.empty()) caller.key = find_key(credential, callers.keys());
  if (caller.key != nullptr) return;
  caller.verdict = verdict_without_key(credential);
  const TokenIssuer* const issuer = callers.issuer();
  if (issuer != nullptr && looks_like_jwt(credential))
    look_at_token(credential, context, *issuer, caller);
}

}  // namespace

Caller caller_of(Context& context, const Callers& callers, const http::Head& head) {
  const Presented presented = presented_by(head);
  Caller caller;
  if (presented.has_two_credentials) {
    caller.verdict = KeyVerdict::unknown;
    caller.error = &gateway_error::two_credentials;
    return caller;
  }
  look_at(presented.credential, context, callers, caller);
  if (caller.key != nullptr) {
    caller.verdict = judge(*caller.key, presented, now_for(*caller.key));
    caller.tenant = tenant_by(*caller.key, presented);
  }
  caller.error = &error_of(caller.verdict);
  return caller;
}

const GatewayError* note_caller(Context& context, const Callers& callers, const Caller& caller) {
  context.counts.auth[static_cast<std::size_t>(caller.verdict)].add();
  if (caller.verdict == KeyVerdict::accepted || !callers.is_required()) return nullptr;
  const bool is_known = caller.key != nullptr;
  context.refusals.note(
      context.log, {.code = caller.error->code,
                    .reason = caller.reason.empty() ? verdict_word(caller.verdict) : caller.reason,
                    .tenant = is_known ? caller.key->tenant : std::string_view(),
                    .key_id = is_known ? caller.key->id : std::string_view()});
  return caller.error;
}

}  // namespace llmgw::proxy
