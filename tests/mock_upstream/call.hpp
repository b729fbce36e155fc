// SPDX-License-Identifier: MIT
// PURE: one call, and what all forms of its answer share: ids, model and usage.
#pragma once

#include <cstdint>
#include <string>

#include "tests/mock_upstream/behaviour.hpp"
#include "tests/mock_upstream/content.hpp"
#include "tests/mock_upstream/json_access.hpp"
#include "tests/mock_upstream/prompt.hpp"
#include "tests/mock_upstream/route.hpp"
#include "tests/mock_upstream/tokens.hpp"

namespace llmgw::mock {

struct Call {
  Endpoint endpoint;
  std::uint64_t number;  ///< running, from 1, unless the behaviour names one
  Prompt prompt;
  Behaviour behaviour;
  Dialect dialect = Dialect::openai;
  bool array = false;  ///< Gemini: a stream is one JSON array in pieces
  PageWish page = {};  ///< of a list of models

  bool calls_tool() const {
    const bool enough =
        behaviour.results ? prompt.results.size() >= *behaviour.results : prompt.tool_answered;
    return behaviour.tools && !enough;
  }
  Content content() const { return {prompt, behaviour}; }
  /// Answers name the dated model, not the alias that was asked for.
  std::string model() const { return prompt.model + "-2024-07-18"; }
  std::string id(std::string_view prefix) const {
    return std::string(prefix) + "mock-" + std::to_string(number);
  }
};

/// One time for all answers, so that they can be compared byte by byte.
inline constexpr std::int64_t created_at = 1'727'000'000;

/// `prompt_tokens` and so on.
Json chat_usage(const Call& call, std::size_t completion_tokens);
/// `input_tokens` and so on, as the Responses API calls them.
Json responses_usage(const Call& call, std::size_t output_tokens);

/// The same for the bill, of an answer of either.
Tokens openai_tokens(const Call& call, std::size_t completion_tokens);

/// Puts usage where the behaviour wants it in an answer that is not streamed.
void place_usage(const Call& call, Json usage, Json& answer);

/// Any text as JSON; broken UTF-8 becomes U+FFFD.
std::string to_text(const Json& json);

/// A refusal of `stream_options`, and its status.
struct RefusalText {
  int status;
  std::string body;
};
RefusalText refusal_text(Refusal whose);

/// The body of an error, laid out over several lines as OpenAI does it.
std::string error_text(int status, std::string_view message);

}  // namespace llmgw::mock
