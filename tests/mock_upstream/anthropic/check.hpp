// SPDX-License-Identifier: MIT
// PURE: what Anthropic's API finds wrong with a request, in its words.
#pragma once

#include "common/http/endpoint_head.hpp"
#include "tests/mock_upstream/anthropic/model.hpp"
#include "tests/mock_upstream/call.hpp"
#include "tests/mock_upstream/complaint.hpp"

namespace llmgw::mock::anthropic {

/// Fields and body of a request of any endpoint.
Complaint check(const Call& call, const http::EndpointHead& head, const Json& body);

// Parts of it. Each adds the first fault it finds.

/// Messages: roles, blocks, calls and their results.
void check_messages(const Json& body, const Model& model, Complaint& complaint);
/// The blocks of one message, of the system prompt or of a tool's result.
void check_blocks(const Json& blocks, std::string_view role, const std::string& path,
                  Complaint& complaint);
void check_tools(const Json& body, const Model& model, Complaint& complaint);
/// Reasoning, effort and the format of the answer.
void check_output(const Json& body, const Model& model, Complaint& complaint);

/// No members but these.
void check_members(const Json& object, const std::string& path,
                   std::initializer_list<std::string_view> known, Complaint& complaint);

}  // namespace llmgw::mock::anthropic
