// SPDX-License-Identifier: MIT
// PURE: why the end of a file is not ours to cut, as error codes whose messages are for people.
#pragma once

#include <boost/system/error_code.hpp>
#include <type_traits>

namespace llmgw::collector {

/// What stands behind the last line end.
enum class tail_fault {
  blanks = 1,
  zeros,     ///< and before them no event
  no_event,  ///< neither an event nor the beginning of one
};

/// Messages say what is there and what to do.
const boost::system::error_category& tail_fault_category() noexcept;

inline boost::system::error_code make_error_code(tail_fault fault) noexcept {
  return {static_cast<int>(fault), tail_fault_category()};
}

}  // namespace llmgw::collector

template <>
struct boost::system::is_error_code_enum<llmgw::collector::tail_fault> : std::true_type {};
