// SPDX-License-Identifier: MIT
// PURE: what Gemini's API finds wrong with a request, in its words.
#pragma once

#include <optional>

#include "tests/mock_upstream/call.hpp"
#include "tests/mock_upstream/complaint.hpp"

namespace llmgw::mock::gemini {

/// The body of a request of any endpoint. The field of a fault is the one that BadRequest names.
Complaint check(const Call& call, const Json& body);

// Parts of it. Each adds the first fault it finds.

/// Contents: roles, parts, calls and their responses; `signed_calls`: the model wants signatures.
void check_contents(const Json& contents, bool signed_calls, StandIns stand_ins,
                    Complaint& complaint);
/// One part, whoever's it is.
void check_part(const Json& part, const std::string& path, Complaint& complaint);
void check_tools(const Json& body, Complaint& complaint);
void check_generation(const Json& config, bool is_newer, Complaint& complaint);
/// A schema of the OpenAPI kind, which knows few keywords.
void check_schema(const Json& schema, const std::string& path, Complaint& complaint);

/// Whether the name is of generation 3 or a later one.
bool is_newer_model(std::string_view name) noexcept;

/// No members but these, in either spelling (`toolConfig`, `tool_config`).
void check_members(const Json& object, const std::string& path,
                   std::initializer_list<std::string_view> known, Complaint& complaint);
/// The member of that name in either spelling; `name` is the one with capitals.
const Json& member(const Json& object, std::string_view name);
/// Bytes coded with either alphabet of base64, as Google's own libraries send them; nothing if it
/// is neither.
std::optional<std::string> bytes_of(const Json& text);

}  // namespace llmgw::mock::gemini
