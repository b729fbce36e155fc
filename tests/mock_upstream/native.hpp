// SPDX-License-Identifier: MIT
// PURE: the one place that knows which dialect's functions answer a call of Anthropic's or
// Gemini's.
#pragma once

#include <string>

#include "common/http/endpoint_head.hpp"
#include "tests/mock_upstream/complaint.hpp"
#include "tests/mock_upstream/stream_script.hpp"

namespace llmgw::mock {

inline bool is_native(Dialect dialect) noexcept {
  return dialect == Dialect::anthropic || dialect == Dialect::gemini;
}

/// What the call's body says of the prompt; of Gemini's the path has said the rest.
Prompt read_native_prompt(const Call& call, const Json& body);

/// What the provider would find wrong; also of Azure's requests.
Complaint check_request(const Call& call, const http::EndpointHead& head, const Json& body);

/// A whole answer, with what it costs: nothing for counts and lists.
struct NativeAnswer {
  std::string body;
  Tokens tokens;
  bool is_billed = false;
};
NativeAnswer native_answer(const Call& call);

StreamScript native_script(const Call& call);

}  // namespace llmgw::mock
