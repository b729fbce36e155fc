// SPDX-License-Identifier: MIT
// Keys in the order in which OpenAI has them.
#include "proxy/provider/chat_answer/answer_body.hpp"

#include "proxy/provider/chat_answer/json_copy.hpp"

namespace llmgw::proxy::chat_answer {
namespace {

// What is in it was made safe as it was gathered.
void append_quoted(std::string_view text, std::string& out) {
  out += '"';
  out += text;
  out += '"';
}

void append_quoted(const std::optional<std::string>& text, std::string& out) {
  if (text) return append_quoted(std::string_view(*text), out);
  out += "null";
}

void append_list(std::string_view key, const std::string& entries, std::string& out) {
  if (entries.empty()) return;
  out += ",\"";
  out += key;
  out += "\":[";
  out += entries;
  out += ']';
}

}  // namespace

void append_choice(const ChatChoice& choice, std::string& out) {
  out += R"({"index":)";
  append_count(choice.index, out);
  out += R"(,"message":{"role":"assistant","content":)";
  append_quoted(choice.content, out);
  out += R"(,"refusal":)";
  append_quoted(choice.refusal, out);
  if (!choice.reasoning.empty()) {
    out += R"(,"reasoning_content":)";
    append_quoted(std::string_view(choice.reasoning), out);
  }
  append_list("thinking_blocks", choice.thinking_blocks, out);
  append_list("tool_calls", choice.tool_calls, out);
  append_list("images", choice.images, out);
  out += R"(},"logprobs":)";
  out += choice.logprobs;
  out += R"(,"finish_reason":")";
  out += choice.finish_reason;
  out += R"(","native_finish_reason":)";
  append_text_or_null(choice.native_finish_reason, out);
  out += '}';
}

void append_answer_end(const ChatUsage& usage, std::string& out) {
  out += ']';
  if (!usage.is_empty()) {
    out += R"(,"usage":)";
    append_usage(usage, out);
  }
  out += '}';
}

}  // namespace llmgw::proxy::chat_answer
