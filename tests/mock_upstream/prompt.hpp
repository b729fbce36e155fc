// SPDX-License-Identifier: MIT
// PURE: what the mock makes out in a request's body.
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace llmgw::mock {

enum class Endpoint : std::uint8_t {
  chat,
  completions,
  embeddings,
  responses,
  // Anthropic's
  messages,
  count_tokens,
  // Gemini's
  generate,
  count_contents,
  // lists of models in the form of either
  models,
};

struct Prompt {
  std::string model;
  bool stream = false;
  bool stream_options = false;  ///< has them, whatever they say
  bool include_usage = false;
  std::string last_user_text;
  std::size_t words = 0;                 ///< of all texts, whoever says them
  std::vector<std::size_t> image_sizes;  ///< lengths of the images' URLs
  std::string tool;                      ///< name of the first tool, if any
  std::size_t inputs = 1;                ///< embeddings: how many texts
  std::size_t dimensions = 8;
  bool base64_floats = false;
  std::size_t candidates = 1;        ///< Gemini: how many answers, all alike
  bool tool_answered = false;        ///< the last message is what a tool returned
  std::vector<std::string> results;  ///< what tools returned since the user's last text
};

/// Takes whatever has the form that `endpoint`, one of OpenAI's, wants and skips the rest; never
/// throws on a JSON object.
Prompt read_prompt(Endpoint endpoint, const nlohmann::ordered_json& body);

/// The user says something anew.
void begin_turn(const std::string& text, Prompt& prompt);

/// Runs of anything but white space.
std::size_t count_words(std::string_view text) noexcept;

}  // namespace llmgw::mock
