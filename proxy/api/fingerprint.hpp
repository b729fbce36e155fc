// SPDX-License-Identifier: MIT
// What a credential is known by: the fingerprint that events have of it, and its gateway key.
#pragma once

#include <string_view>

#include "proxy/tenant/key_table.hpp"

namespace llmgw::proxy {

/// `sha256:` and the first 12 hex digits of the credential's SHA-256. The view is good until the
/// next call on the same thread.
std::string_view fingerprint(std::string_view credential);

/// The key of the table that it is, or null. Of credentials seen lately the answer is kept, for as
/// long as it is the same table that is asked.
const KeySettings* find_key(std::string_view credential, const KeyTable& keys);

}  // namespace llmgw::proxy
