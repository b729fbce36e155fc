// SPDX-License-Identifier: MIT
// Words and counts.
#include "tests/mock_upstream/reply.hpp"

#include "tests/mock_upstream/answer.hpp"

namespace llmgw::mock {
namespace {

// Thinking costs as much where it is not shown.
constexpr std::size_t thinking_tokens = 3;

std::vector<ToolUse> tool_uses(const Call& call, std::string_view id_prefix) {
  std::vector<ToolUse> uses;
  const std::size_t count = call.behaviour.native.calls.value_or(1);
  for (std::size_t index = 1; index <= count; ++index) {
    uses.push_back({call.id(id_prefix) + "-" + std::to_string(index), tool_name(call),
                    call.behaviour.native.no_arguments ? "{}" : tool_arguments(call)});
  }
  return uses;
}

Tokens tokens_of(const Call& call, const Reply& reply) {
  const UsagePlace place = call.behaviour.usage;
  Tokens tokens;
  tokens.prompt = call.prompt.words + 3;
  if (place == UsagePlace::details || place == UsagePlace::late) {
    tokens.cached = 2;
    tokens.cache_write = call.dialect == Dialect::anthropic ? 1 : 0;
  }
  if (call.behaviour.native.thinking != Thinking::none) tokens.reasoning = thinking_tokens;
  const std::size_t shown =
      (reply.has_text ? reply.content.count() : 0) + reply.calls.size() * argument_pieces;
  tokens.completion = tokens.reasoning + shown * call.prompt.candidates;
  if (place == UsagePlace::iterations && call.dialect == Dialect::anthropic) {
    tokens.prompt += compacted_input;
    tokens.completion += compaction_output;
  }
  return tokens;
}

}  // namespace

Reply make_reply(const Call& call, std::string_view id_prefix) {
  const NativeBehaviour& wanted = call.behaviour.native;
  const bool uses_tools = call.calls_tool();
  Reply reply{.thinking = {},
              .has_text = !uses_tools || wanted.preface,
              .content = call.content(),
              .calls = {},
              .tokens = {}};
  if (wanted.thinking == Thinking::text)
    reply.thinking = {"mock thinks of", " \"" + call.prompt.last_user_text + "\"", "\nbriefly"};
  if (uses_tools) reply.calls = tool_uses(call, id_prefix);
  reply.tokens = tokens_of(call, reply);
  return reply;
}

std::string_view argument_piece(const ToolUse& call, std::size_t index) {
  const std::size_t size = call.arguments.size();
  const std::size_t from = size * index / argument_pieces;
  return std::string_view(call.arguments).substr(from, size * (index + 1) / argument_pieces - from);
}

std::string joined(const std::vector<std::string>& pieces) {
  std::string whole;
  for (const std::string& each : pieces) whole += each;
  return whole;
}

}  // namespace llmgw::mock
