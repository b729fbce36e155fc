// SPDX-License-Identifier: MIT
// PURE: the fields that every request to a provider has: whose it is, and what its API demands.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/secret.hpp"
#include "proxy/provider/dialect.hpp"

namespace llmgw::proxy {

/// `uses_bearer`: settings choose the dialect's other one.
inline const CredentialsForm& credentials_form(const Dialect& dialect, bool uses_bearer) noexcept {
  return uses_bearer ? dialect.other_credentials : dialect.credentials;
}

/// What the field of that form has; empty without a key.
inline Secret credentials_of(const CredentialsForm& form, const Secret& key) {
  if (key.is_empty()) return {};
  return Secret(std::string(form.scheme).append(key.reveal()));
}

/// What the dialect demands. `version`: in the place of its own; empty: its own. The fields are
/// views of it.
inline std::vector<DefaultField> defaults_of(const Dialect& dialect, std::string_view version) {
  std::vector<DefaultField> fields(dialect.defaults.begin(), dialect.defaults.end());
  if (!version.empty())
    for (DefaultField& each : fields) each.value = version;
  return fields;
}

}  // namespace llmgw::proxy
