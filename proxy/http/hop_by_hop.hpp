// SPDX-License-Identifier: MIT
// PURE: which fields of a head an intermediary passes on, and how a field is written.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "proxy/http/head.hpp"

namespace llmgw::http {

/// Whether the field belongs to one connection only (RFC 9110 section 7.6.1).
bool is_hop_by_hop(const Field& field, const Head& head) noexcept;

/// Appends `name: value` and the line end.
void append_field(std::string& out, std::string_view name, std::string_view value);
/// The same with a length for its value.
void append_length(std::string& out, std::string_view name, std::uint64_t length);

}  // namespace llmgw::http
