// SPDX-License-Identifier: MIT
// PURE: request targets taken apart and put together again, every byte as it was.
#pragma once

#include <string>
#include <string_view>

namespace llmgw::proxy {

/// The two parts of a target, as they were sent.
struct TargetParts {
  std::string_view path;
  std::string_view query;  ///< with its question mark, or empty
};
TargetParts parts_of(std::string_view target) noexcept;

/// Whether the query has a parameter of exactly that name, spelt plainly, and `=` behind it.
bool has_parameter(std::string_view query, std::string_view name) noexcept;

/// Appends the query without each such parameter; of a query that held nothing else, nothing.
void append_without_parameter(std::string& out, std::string_view query, std::string_view name);

/// Appends `text` as one segment of a path: all that is not unreserved is percent-encoded (RFC 3986
/// sections 2.3 and 3.3), colons too, for behind one stands a verb. Where a server could read it as
/// a way up, however often it decodes, its dots become hyphens: such a name means nothing anyway.
void append_segment(std::string& out, std::string_view text);

/// Appends the target with `model` in place of `named`, which is a part of it; as it is where
/// either is empty.
void append_with_model(std::string& out, std::string_view target, std::string_view named,
                       std::string_view model);

}  // namespace llmgw::proxy
