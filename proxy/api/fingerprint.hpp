// SPDX-License-Identifier: MIT
// The fingerprint by which events name a credential without holding it.
#pragma once

#include <string_view>

namespace llmgw::proxy {

/// `sha256:` and the first 12 hex digits of the credential's SHA-256. The view is good until the
/// next call on the same thread.
std::string_view fingerprint(std::string_view credential);

}  // namespace llmgw::proxy
