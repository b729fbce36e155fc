// SPDX-License-Identifier: MIT
// PURE: the commands that make a key, and that make its hash.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "common/secret.hpp"
#include "common/settings/settings.hpp"
#include "proxy/tenant/gateway_key.hpp"

namespace llmgw::proxy {

/// What --new-key is asked for.
struct NewKey {
  std::string tenant = {};
  std::string id = {};  ///< empty: one is made
  KeyKind kind = KeyKind::live;
};

/// Reads `--tenant NAME`, `--id NAME` and `--test`, in any order.
Checked<NewKey> parse_new_key(std::span<const char* const> arguments);

/// The key on a line of its own, an empty line, and the entry for the file. `random`: 64 random
/// bits each time.
std::string new_key_text(const NewKey& asked, const std::function<std::uint64_t()>& random);

/// `hash: "sha256:..."` of a key as somebody types it: a line end behind it is none of it. The
/// fault says what is wrong, and nothing of the key.
Checked<std::string> hash_line(const Secret& typed);

}  // namespace llmgw::proxy
