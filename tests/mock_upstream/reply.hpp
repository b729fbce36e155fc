// SPDX-License-Identifier: MIT
// PURE: what Anthropic's and Gemini's answers say, before either's form is put on it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tests/mock_upstream/call.hpp"
#include "tests/mock_upstream/tokens.hpp"

namespace llmgw::mock {

/// One call of a tool.
struct ToolUse {
  std::string id;
  std::string name;
  std::string arguments;  ///< a JSON object, in ASCII so that it can be cut anywhere
};

struct Reply {
  std::vector<std::string> thinking;  ///< in pieces; none if it is not shown
  bool has_text = true;
  Content content;  ///< the text, if it has any
  std::vector<ToolUse> calls;
  Tokens tokens;
};

/// Of a bill with `iterations`: what is left of the prompt once it was made shorter, and the words
/// that took.
inline constexpr std::size_t compacted_input = 2;
inline constexpr std::size_t compaction_output = 5;

/// The same call always gives the same reply; its ids begin with `id_prefix`.
Reply make_reply(const Call& call, std::string_view id_prefix);

/// How many pieces the arguments of a call are streamed in, and one of them.
inline constexpr std::size_t argument_pieces = 4;
std::string_view argument_piece(const ToolUse& call, std::size_t index);

std::string joined(const std::vector<std::string>& pieces);

}  // namespace llmgw::mock
