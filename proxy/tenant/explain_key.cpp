// SPDX-License-Identifier: MIT
// PURE: the verdict in words.
#include "proxy/tenant/explain_key.hpp"

#include <algorithm>

#include "common/json/escape.hpp"
#include "proxy/tenant/gateway_key.hpp"
#include "proxy/tenant/verdict.hpp"

namespace llmgw::proxy {
namespace {

// A key that was given in the place of its id is not repeated.
std::string quoted(std::string_view text) {
  if (is_of_gateway(text)) return "***";
  std::string shown;
  append_json_string(bounded(text, 100), shown);
  return shown;
}

std::string_view answer_to(KeyVerdict verdict) noexcept {
  switch (verdict) {
    case KeyVerdict::tenant_mismatch: return "403 tenant_mismatch";
    case KeyVerdict::model_not_allowed: return "403 model_not_allowed";
    default: return "401 invalid_api_key";
  }
}

std::string_view reason_of(KeyVerdict verdict) noexcept {
  switch (verdict) {
    case KeyVerdict::missing: return "it has no key";
    case KeyVerdict::expired: return "the key has expired";
    case KeyVerdict::not_yet_valid: return "the key is not good yet";
    case KeyVerdict::disabled: return "the key is disabled";
    case KeyVerdict::tenant_mismatch: return "the tenant that it names is not the key's";
    case KeyVerdict::model_not_allowed: return "the model is none of the key's";
    default: return "no key of this id is in the file";
  }
}

KeyVerdict verdict_on(const KeySettings* key, const KeyQuery& query, const Presented& presented,
                      std::chrono::system_clock::time_point now) {
  if (query.id.empty()) return KeyVerdict::missing;
  if (key == nullptr) return KeyVerdict::unknown;
  const auto verdict = judge(*key, presented, std::chrono::floor<std::chrono::milliseconds>(now));
  if (verdict != KeyVerdict::accepted || query.model.empty() || allows_model(*key, query.model))
    return verdict;
  return KeyVerdict::model_not_allowed;
}

}  // namespace

KeyExplanation explain_key(const Config& config, const KeyQuery& query,
                           std::chrono::system_clock::time_point now) {
  const bool is_named = is_tenant(query.tenant);
  KeyExplanation told{
      .text = {}, .tenant = std::string(is_named ? query.tenant : "default"), .goes_on = true};
  if (config.key_mode == KeyMode::off) {
    if (!query.id.empty()) told.text = "key       not looked at: GATEWAY_KEYS is off\n";
    return told;
  }
  const auto found = std::ranges::find(*config.keys, query.id, &KeySettings::id);
  const KeySettings* const key = found == config.keys->end() ? nullptr : &*found;
  const Presented presented{.tenant = is_named ? query.tenant : std::string_view()};
  const KeyVerdict verdict = verdict_on(key, query, presented, now);
  if (key != nullptr) told.tenant = tenant_by(*key, presented);
  told.text = "key       " + (query.id.empty() ? "none" : quoted(query.id));
  if (key != nullptr) told.text += ", tenant " + quoted(told.tenant);
  if (verdict == KeyVerdict::accepted) {
    told.text += ": accepted\n";
    return told;
  }
  // What would follow is of interest to whoever has not named one.
  const bool is_required = config.key_mode == KeyMode::required;
  told.goes_on = !is_required || verdict == KeyVerdict::missing;
  told.text.append(is_required ? ": the gateway answers " : ": with GATEWAY_KEYS=required ");
  told.text.append(answer_to(verdict)).append(", as ").append(reason_of(verdict)).append("\n");
  return told;
}

}  // namespace llmgw::proxy
