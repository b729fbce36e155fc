// SPDX-License-Identifier: MIT
// Finding texts and images in the three spellings of a request.
#include "tests/mock_upstream/prompt.hpp"

#include "tests/mock_upstream/json_access.hpp"

namespace llmgw::mock {
namespace {

void add_image(const Json& image, Prompt& prompt) {
  const std::string url = text_of(image.is_object() ? at(image, "url") : image);
  if (!url.empty()) prompt.image_sizes.push_back(url.size());
}

// A string, or parts of which some are texts (`text`, `input_text`) and some images (`image_url`,
// `input_image`).
std::string read_content(const Json& content, Prompt& prompt) {
  std::string text = text_of(content);
  if (content.is_array()) {
    for (const Json& part : content) {
      const std::string piece = part.is_string() ? text_of(part) : text_of(at(part, "text"));
      if (!text.empty() && !piece.empty()) text += ' ';
      text += piece;
      add_image(at(part, "image_url"), prompt);
    }
  }
  prompt.words += count_words(text);
  return text;
}

void read_messages(const Json& messages, Prompt& prompt) {
  if (!messages.is_array()) return;
  for (const Json& message : messages) {
    const std::string text = read_content(at(message, "content"), prompt);
    const std::string role = text_of(at(message, "role"));
    if (role == "user") begin_turn(text, prompt);
    prompt.tool_answered = role == "tool" || text_of(at(message, "type")) == "function_call_output";
    if (role == "tool") prompt.results.push_back(text);
  }
}

void read_tool(const Json& tools, Prompt& prompt) {
  if (!tools.is_array() || tools.empty()) return;
  const Json& tool = tools.front();
  prompt.tool = text_of(at(tool.contains("function") ? at(tool, "function") : tool, "name"));
}

void read_embeddings(const Json& body, Prompt& prompt) {
  const Json& input = at(body, "input");
  prompt.last_user_text = read_content(input, prompt);
  const bool many = input.is_array() && !input.empty() && !input.front().is_number();
  if (many) prompt.inputs = input.size();
  prompt.base64_floats = text_of(at(body, "encoding_format")) == "base64";
  const Json& dimensions = at(body, "dimensions");
  if (dimensions.is_number_unsigned() && dimensions.get<std::size_t>() <= 4096) {
    prompt.dimensions = dimensions.get<std::size_t>();
  }
}

}  // namespace

void begin_turn(const std::string& text, Prompt& prompt) {
  prompt.last_user_text = text;
  prompt.results.clear();
}

std::size_t count_words(std::string_view text) noexcept {
  constexpr std::string_view white_space = " \t\r\n\v\f";
  std::size_t count = 0;
  for (std::size_t from = text.find_first_not_of(white_space); from != text.npos; ++count) {
    const std::size_t end = text.find_first_of(white_space, from);
    from = end == text.npos ? end : text.find_first_not_of(white_space, end);
  }
  return count;
}

Prompt read_prompt(Endpoint endpoint, const Json& body) {
  Prompt prompt;
  prompt.model = text_of(at(body, "model"));
  prompt.stream = is_true(at(body, "stream")) && endpoint != Endpoint::embeddings;
  prompt.stream_options = body.contains("stream_options");
  prompt.include_usage = is_true(at(at(body, "stream_options"), "include_usage"));
  switch (endpoint) {
    case Endpoint::chat:
      read_messages(at(body, "messages"), prompt);
      read_tool(at(body, "tools"), prompt);
      break;
    case Endpoint::completions:
      prompt.last_user_text = read_content(at(body, "prompt"), prompt);
      break;
    case Endpoint::embeddings: read_embeddings(body, prompt); break;
    case Endpoint::responses:
      read_content(at(body, "instructions"), prompt);
      if (at(body, "input").is_string())
        prompt.last_user_text = read_content(at(body, "input"), prompt);
      read_messages(at(body, "input"), prompt);
      read_tool(at(body, "tools"), prompt);
      break;
    default: break;
  }
  return prompt;
}

}  // namespace llmgw::mock
