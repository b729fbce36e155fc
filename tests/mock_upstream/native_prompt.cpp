// SPDX-License-Identifier: MIT
// Finding texts, images and tools in blocks and parts.
#include "tests/mock_upstream/native_prompt.hpp"

#include <algorithm>

namespace llmgw::mock {
namespace {

void join(const std::string& piece, std::string& text) {
  if (!text.empty() && !piece.empty()) text += ' ';
  text += piece;
}

void add_image(const std::string& data, Prompt& prompt) {
  if (!data.empty()) prompt.image_sizes.push_back(data.size());
}

void add_result(const std::string& text, Prompt& prompt) {
  prompt.words += count_words(text);
  prompt.tool_answered = true;
  prompt.results.push_back(text);
}

// A string, or the texts of blocks. What a tool returned is counted, but is nothing to echo.
std::string read_blocks(const Json& content, Prompt& prompt) {
  std::string text = text_of(content);
  if (!content.is_array()) return text;
  for (const Json& block : content) {
    join(text_of(at(block, "text")), text);
    const Json& source = at(block, "source");
    add_image(text_of(at(source, "data")) + text_of(at(source, "url")), prompt);
    if (text_of(at(block, "type")) == "tool_result") {
      add_result(read_blocks(at(block, "content"), prompt), prompt);
    }
  }
  return text;
}

// Of what a function returned, the text below `output`, else all of it.
std::string response_text(const Json& response) {
  const Json& output = at(response, "output");
  return output.is_string() ? text_of(output)
                            : response.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string read_parts(const Json& content, Prompt& prompt) {
  std::string text;
  const Json& parts = at(content, "parts");
  if (!parts.is_array()) return text_of(at(parts, "text"));
  for (const Json& part : parts) {
    join(text_of(at(part, "text")), text);
    for (const char* media : {"inlineData", "inline_data", "fileData", "file_data"}) {
      const Json& data = at(part, media);
      add_image(text_of(at(data, "data")) + text_of(at(data, "fileUri")), prompt);
    }
    for (const char* name : {"functionResponse", "function_response"}) {
      if (!has(part, name)) continue;
      add_result(response_text(at(at(part, name), "response")), prompt);
    }
  }
  return text;
}

const Json& either(const Json& object, const char* one, const char* other) {
  return has(object, one) ? at(object, one) : at(object, other);
}

}  // namespace

Prompt read_messages_prompt(const Json& body) {
  Prompt prompt;
  prompt.model = text_of(at(body, "model"));
  prompt.stream = is_true(at(body, "stream"));
  prompt.words += count_words(read_blocks(at(body, "system"), prompt));
  const Json& messages = at(body, "messages");
  for (const Json& message : messages.is_array() ? messages : Json::array()) {
    prompt.tool_answered = false;
    const std::string text = read_blocks(at(message, "content"), prompt);
    prompt.words += count_words(text);
    if (text_of(at(message, "role")) == "user" && !text.empty()) begin_turn(text, prompt);
  }
  const Json& tools = at(body, "tools");
  if (tools.is_array() && !tools.empty()) prompt.tool = text_of(at(tools.front(), "name"));
  return prompt;
}

Prompt read_contents_prompt(const Json& body) {
  Prompt prompt;
  const Json& config = either(body, "generationConfig", "generation_config");
  const std::int64_t candidates = whole_of(either(config, "candidateCount", "candidate_count"), 1);
  prompt.candidates = static_cast<std::size_t>(std::clamp<std::int64_t>(candidates, 1, 8));
  const Json& system = either(body, "systemInstruction", "system_instruction");
  prompt.words += count_words(read_parts(system, prompt));
  const Json& contents = at(body, "contents");
  for (const Json& content : contents.is_array() ? contents : Json::array({contents})) {
    prompt.tool_answered = false;
    const std::string text = read_parts(content, prompt);
    prompt.words += count_words(text);
    if (text_of(at(content, "role")) != "model" && !text.empty()) begin_turn(text, prompt);
  }
  const Json& tools = at(body, "tools");
  for (const Json& tool : tools.is_array() ? tools : Json::array()) {
    const Json& declared = either(tool, "functionDeclarations", "function_declarations");
    if (prompt.tool.empty() && declared.is_array() && !declared.empty())
      prompt.tool = text_of(at(declared.front(), "name"));
  }
  return prompt;
}

}  // namespace llmgw::mock
