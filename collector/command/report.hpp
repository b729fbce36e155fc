// SPDX-License-Identifier: MIT
// What a command says, to people, and how it ends.
#pragma once

#include <string>

namespace llmgw::collector {

inline constexpr int failure_status = 1;
inline constexpr int bad_usage_status = 2;

/// A line on stdout.
void tell(const std::string& line);
/// A line on stderr.
void complain(const std::string& line);

}  // namespace llmgw::collector
