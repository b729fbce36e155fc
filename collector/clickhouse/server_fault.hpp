// SPDX-License-Identifier: MIT
// PURE: what a ClickHouse server says is wrong, by its numbers; never its text, which may hold
// data.
#pragma once

#include <cstdint>
#include <string_view>

#include "common/error.hpp"

namespace llmgw::collector {

/// What may be done about a fault.
enum class ClickHouseFault : std::uint8_t {
  connection,   ///< not reached, or cut: what became of the request is not known
  timeout,      ///< too slow, ours or the server's
  overloaded,   ///< the server has too much to do, or no room
  unavailable,  ///< a part of the installation is away, or only reads at the moment
  access,       ///< user, password or rights
  schema,       ///< tables, columns or SQL that the two do not agree on
  data,         ///< what was sent cannot be read
  other,
};
inline constexpr std::size_t clickhouse_fault_kinds = 8;

std::string_view name(ClickHouseFault kind) noexcept;

/// The category `clickhouse`: the numbers of the server's exceptions.
const boost::system::error_category& clickhouse_category() noexcept;

/// The exception that a body begins with or holds, as servers write it (`Code: 60. DB::Exception:
/// ...`); nothing (no error) where there is none.
boost::system::error_code exception_in(std::string_view body) noexcept;

ClickHouseFault clickhouse_fault_kind(const boost::system::error_code& fault) noexcept;

/// Whether the same request may go better soon.
bool is_passing(ClickHouseFault kind) noexcept;

}  // namespace llmgw::collector
