// SPDX-License-Identifier: MIT
// Usage, with the ways in which it is known to differ between the start and the end of a stream.
#include <utility>

#include "tests/mock_upstream/anthropic/answer.hpp"

namespace llmgw::mock::anthropic {
namespace {

bool placed(const Call& call, UsagePlace place) { return call.behaviour.usage == place; }

std::size_t uncached(const Tokens& tokens) {
  return tokens.prompt - tokens.cached - tokens.cache_write;
}

void add_input(const Tokens& tokens, Json& usage) {
  usage["input_tokens"] = uncached(tokens);
  usage["cache_creation_input_tokens"] = tokens.cache_write;
  usage["cache_read_input_tokens"] = tokens.cached;
}

void add_output(const Tokens& tokens, Json& usage) {
  usage["output_tokens"] = tokens.completion;
  if (tokens.reasoning > 0)
    usage["output_tokens_details"] = {{"thinking_tokens", tokens.reasoning}};
}

// Of an answer whose context was shortened first, the top level has the last step alone.
Json iterations(const Tokens& all) {
  const auto step = [](std::string_view type, std::size_t input, std::size_t output) {
    return Json{{"type", type},
                {"input_tokens", input},
                {"cache_creation_input_tokens", 0},
                {"cache_read_input_tokens", 0},
                {"output_tokens", output}};
  };
  return Json::array({step("compaction", all.prompt - compacted_input, compaction_output),
                      step("message", compacted_input, all.completion - compaction_output)});
}

Json top_level(const Call& call, const Tokens& tokens) {
  Json usage;
  if (!placed(call, UsagePlace::iterations)) {
    add_input(tokens, usage);
    add_output(tokens, usage);
    return usage;
  }
  Tokens last = tokens;
  last.prompt = compacted_input;
  last.completion -= compaction_output;
  add_input(last, usage);
  add_output(last, usage);
  usage["iterations"] = iterations(tokens);
  return usage;
}

}  // namespace

Json whole_usage(const Call& call, const Reply& reply) {
  if (placed(call, UsagePlace::none)) return nullptr;
  Json usage = top_level(call, reply.tokens);
  usage["service_tier"] = "standard";
  return usage;
}

Json first_usage(const Call& call, const Reply& reply) {
  if (placed(call, UsagePlace::none)) return nullptr;
  Json usage;
  const Tokens& tokens = reply.tokens;
  if (placed(call, UsagePlace::late)) {
    usage["input_tokens"] = tokens.prompt;
  } else if (placed(call, UsagePlace::grows)) {
    usage["input_tokens"] = 1;
  } else if (placed(call, UsagePlace::iterations)) {
    usage["input_tokens"] = tokens.prompt - compacted_input;
  } else {
    add_input(tokens, usage);
  }
  usage["output_tokens"] = 1;
  usage["service_tier"] = "standard";
  return usage;
}

Json last_usage(const Call& call, const Reply& reply) {
  if (placed(call, UsagePlace::none)) return nullptr;
  if (!placed(call, UsagePlace::as_asked)) return top_level(call, reply.tokens);
  Json usage;
  add_output(reply.tokens, usage);
  return usage;
}

}  // namespace llmgw::mock::anthropic
