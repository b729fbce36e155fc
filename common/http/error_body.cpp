// SPDX-License-Identifier: MIT
// PURE: writing an error's body.
#include "common/http/error_body.hpp"

#include "common/json/escape.hpp"

namespace llmgw::http {

// By hand: a refusal is to cost less than what it refuses.
std::string error_body(std::string_view message, std::string_view type, std::string_view code,
                       std::string_view param) {
  constexpr std::size_t frame = 64;  // around them
  std::string body;
  body.reserve((message.size() + type.size() + code.size() + param.size()) * max_escape_growth +
               frame);
  body += R"({"error":{"message":)";
  append_json_string(message, body);
  body += R"(,"type":)";
  append_json_string(type, body);
  body += R"(,"param":)";
  param.empty() ? void(body += "null") : append_json_string(param, body);
  body += R"(,"code":)";
  append_json_string(code, body);
  return body += "}}";
}

}  // namespace llmgw::http
