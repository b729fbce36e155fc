// SPDX-License-Identifier: MIT
// PURE: the server-sent events of a streamed answer, in the order in which they are sent.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "tests/mock_upstream/call.hpp"
#include "tests/mock_upstream/tokens.hpp"

namespace llmgw::mock {

struct StreamScript {
  std::vector<std::string> opening;                 // events before the first content
  std::size_t count = 0;                            // how many events carry content
  std::function<std::string(std::size_t)> content;  // one of them
  std::vector<std::string> closing;                 // finish, usage, [DONE]
  std::string failure;        // the error event that takes the place of what would follow
  std::string first_failure;  // the same where nothing went before it
  Tokens tokens;              // what it costs in whole
};

/// Chat completions, text or a tool call; Azure's with what its filter found.
StreamScript chat_script(const Call& call);
/// Legacy completions: chunks look like the whole answer.
StreamScript completions_script(const Call& call);
/// Responses: named events with running numbers and no [DONE].
StreamScript responses_script(const Call& call);

}  // namespace llmgw::mock
