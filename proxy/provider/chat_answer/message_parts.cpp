// SPDX-License-Identifier: MIT
// Keys in the order in which OpenAI has them; where it has none, in that of other gateways.
#include "proxy/provider/chat_answer/message_parts.hpp"

#include "proxy/provider/chat_answer/json_copy.hpp"

namespace llmgw::proxy::chat_answer {
namespace {

void begin_entry(EntryNumber number, std::string& out) {
  out += '{';
  if (!number) return;
  out += R"("index":)";
  append_count(*number, out);
  out += ',';
}

}  // namespace

void append_text(std::string_view key, std::string_view raw, std::string& out) {
  out += '"';
  out += key;
  out += R"(":")";
  append_raw(raw, out);
  out += '"';
}

void append_tool_call(const ToolCall& call, EntryNumber number, std::string& out) {
  begin_entry(number, out);
  append_text("id", call.id, out);
  out += R"(,"type":"function","function":{)";
  append_text("name", call.name, out);
  out += R"(,"arguments":")";
  append_escaped(call.arguments, out);
  out += R"("})";
  if (!call.thought_signature.empty()) {
    out += R"(,"extra_content":{"google":{)";
    append_text("thought_signature", call.thought_signature, out);
    out += "}}";
  }
  out += '}';
}

void append_arguments(std::string_view raw, std::size_t number, std::string& out) {
  out += R"("tool_calls":[)";
  begin_entry(number, out);
  out += R"("function":{)";
  append_text("arguments", raw, out);
  out += "}}]";
}

void append_thinking(std::string_view thinking, std::string_view signature, EntryNumber number,
                     std::string& out) {
  begin_entry(number, out);
  out += R"("type":"thinking",)";
  append_text("thinking", thinking, out);
  out += ',';
  append_text("signature", signature, out);
  out += '}';
}

void append_redacted(std::string_view data, EntryNumber number, std::string& out) {
  begin_entry(number, out);
  out += R"("type":"redacted_thinking",)";
  append_text("data", data, out);
  out += '}';
}

void append_image(std::string_view media_type, std::string_view data, EntryNumber number,
                  std::string& out) {
  begin_entry(number, out);
  out += R"("type":"image_url","image_url":{"url":"data:)";
  append_raw(media_type, out);
  out += ";base64,";
  append_raw(data, out);
  out += R"("}})";
}

}  // namespace llmgw::proxy::chat_answer
