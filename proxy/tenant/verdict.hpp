// SPDX-License-Identifier: MIT
// PURE: whether a request may be made with the key that it shows.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "proxy/config/keys.hpp"
#include "proxy/tenant/presented.hpp"

namespace llmgw::proxy {

enum class KeyVerdict : std::uint8_t {
  accepted,
  missing,
  unknown,
  checksum,  ///< it begins as ours do, and its last characters do not fit the others
  expired,
  not_yet_valid,
  disabled,
  tenant_mismatch,    ///< a field names a tenant that is not the key's
  model_not_allowed,  ///< none of the key's, or none that could be told
};
inline constexpr std::size_t key_verdict_count = 9;
inline constexpr std::array<std::string_view, key_verdict_count> key_verdict_words{
    "accepted",      "missing",  "unknown",         "checksum",         "expired",
    "not_yet_valid", "disabled", "tenant_mismatch", "model_not_allowed"};

/// The word used in metrics and logs.
constexpr std::string_view verdict_word(KeyVerdict verdict) noexcept {
  return key_verdict_words[static_cast<std::size_t>(verdict)];
}

/// Of what is no key: missing, checksum or unknown.
KeyVerdict verdict_without_key(std::string_view credential) noexcept;

/// Whether the key is good at some times only, so that judging it takes a clock.
constexpr bool is_bounded(const KeySettings& key) noexcept {
  return key.not_before.has_value() || key.expires.has_value();
}

/// All but the model. `now`: looked at where the key is bounded.
KeyVerdict judge(const KeySettings& key, const Presented& presented,
                 KeySettings::Time now) noexcept;

/// Whose request it is, whatever was said of it: the key's tenant, or that which a trusted field
/// names.
std::string_view tenant_by(const KeySettings& key, const Presented& presented) noexcept;

/// Whether the key may ask for a model of that name, as the client spells it.
bool allows_model(const KeySettings& key, std::string_view model) noexcept;

}  // namespace llmgw::proxy
