// SPDX-License-Identifier: MIT
// PURE: the list of dialects; the only code that knows all of them.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "proxy/provider/dialect.hpp"

namespace llmgw::proxy {

inline constexpr std::size_t dialect_count = 4;

/// By their numbers.
std::span<const Dialect* const, dialect_count> dialects() noexcept;

/// The one of that name; null if there is none.
const Dialect* find_dialect(std::string_view name) noexcept;

/// The one that clients speak.
const Dialect& client_dialect() noexcept;

}  // namespace llmgw::proxy
