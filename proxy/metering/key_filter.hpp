// SPDX-License-Identifier: MIT
// PURE: says of a JSON text, by a byte search, whether a full look is worth it.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace llmgw::proxy {

/// Words to look for, each with its quotes, all different in their first letter.
using FilterWords = std::array<std::string_view, 4>;

/// Whether one of the first `count` words (1 to 4) stands in `json` other than as the key of a
/// null. Errs towards yes; says no to a key that is spelt with escapes.
bool may_hold(std::string_view json, const FilterWords& words, std::size_t count) noexcept;

}  // namespace llmgw::proxy
