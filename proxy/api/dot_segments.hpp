// SPDX-License-Identifier: MIT
// PURE: paths that a server behind us could resolve to a place outside of where they begin.
#pragma once

#include <string_view>

namespace llmgw::proxy {

/// Whether any segment of `path` is `.` or `..`, or begins with `..;` (a server that cuts off path
/// parameters makes `..` of it), once it is split at slashes and backslashes. Dots, semicolons and
/// what splits count plain or percent-coded, coded again however often. An encoded slash alone is
/// none. One pass, and nothing for a path without dots and percent signs.
bool has_dot_segment(std::string_view path) noexcept;

}  // namespace llmgw::proxy
