// SPDX-License-Identifier: MIT
// An error as an answer's body, and as an event.
#include "proxy/provider/chat_answer/json_copy.hpp"
#include "proxy/provider/chat_answer/upstream_error.hpp"
#include "proxy/provider/translation.hpp"

namespace llmgw::proxy {
namespace {

using chat_answer::append_count;
using chat_answer::append_text_or_null;

// A client expects a message, be it empty.
void append_error(const TranslatedError& error, std::string& out) {
  out += R"({"error":{"message":")";
  chat_answer::append_escaped(error.message, out);
  out += R"(","type":)";
  append_text_or_null(error.type, out);
  out += R"(,"param":)";
  append_text_or_null(error.param, out);
  out += R"(,"code":)";
  append_text_or_null(error.code, out);
  out += '}';
}

}  // namespace

std::string to_json(const TranslatedError& error, std::string_view provider) {
  std::string json;
  append_error(error, json);
  json += R"(,"upstream":{"provider":)";
  append_text_or_null(provider, json);
  json += R"(,"status":)";
  if (error.upstream_status == 0) {
    json += "null";
  } else {
    append_count(static_cast<std::uint64_t>(error.upstream_status), json);
  }
  json += R"(,"type":)";
  append_text_or_null(error.upstream_type, json);
  json += R"(,"request_id":)";
  append_text_or_null(error.request_id, json);
  json += "}}";
  return json;
}

void chat_answer::append_error_event(const TranslatedError& error, std::string& out) {
  out += "data: ";
  append_error(error, out);
  out += "}\n\n";
}

}  // namespace llmgw::proxy
