// SPDX-License-Identifier: MIT
// PURE: what is wrong with a store that cannot be used, for whoever has to mend it.
#pragma once

#include "common/error.hpp"

namespace llmgw::collector {

enum class StoreFault {
  newer_schema = 1,   ///< a program that is newer has changed it
  foreign_file,       ///< a database of another program
  migration_needed,   ///< it is older, and may not be changed at start
  migration_changed,  ///< what is said to have been done to it is not what this program does
  in_use,             ///< another collector has it
  old_server,         ///< a server of a version that lacks what is needed
  other_encoding,     ///< a database whose texts are not UTF-8
};

boost::system::error_code make_error_code(StoreFault fault) noexcept;

}  // namespace llmgw::collector

template <>
struct boost::system::is_error_code_enum<llmgw::collector::StoreFault> : std::true_type {};
