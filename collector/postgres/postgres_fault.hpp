// SPDX-License-Identifier: MIT
// PURE: the errors of a PostgreSQL server, as codes and by what is to be done about them.
#pragma once

#include <string_view>

#include "common/error.hpp"

namespace llmgw::collector {

/// The category `postgres`: SQLSTATE codes, five digits to the base of 36.
const boost::system::error_category& postgres_category() noexcept;

/// Of five such characters; that of `lost_state` for anything else. errc::timed_out for what the
/// server has ended because it took too long.
boost::system::error_code postgres_fault(std::string_view sqlstate) noexcept;

/// The connection broke, or there is none.
inline constexpr std::string_view lost_state = "08006";

enum class PostgresFault : std::uint8_t {
  lost,      ///< no connection, or a server that ends or starts
  timeout,   ///< it took too long
  conflict,  ///< in the way of another transaction: it would do now
  standby,   ///< a server that cannot be written to
  full,      ///< out of disk, memory or connections
  refused,   ///< by its rights, its tables or what it was given
};
inline constexpr std::size_t postgres_fault_kinds = 6;

PostgresFault postgres_fault_kind(const boost::system::error_code& fault) noexcept;
std::string_view name(PostgresFault kind) noexcept;

/// Whether the same may do at once, over a new connection where that was lost.
constexpr bool is_worth_another_try(PostgresFault kind) noexcept {
  return kind == PostgresFault::lost || kind == PostgresFault::conflict ||
         kind == PostgresFault::standby;
}

}  // namespace llmgw::collector
