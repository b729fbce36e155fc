// SPDX-License-Identifier: MIT
// Unescaped where it is to stand, and looked at there.
#include "proxy/provider/chat/arguments.hpp"

#include "proxy/provider/chat/json_items.hpp"

namespace llmgw::proxy::chat {
namespace {

// The reader does not look at bytes within strings, and what was an escape before may be a bare
// control character now.
bool has_bare_control(std::string_view json) noexcept {
  bool in_string = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    if (in_string && static_cast<unsigned char>(json[i]) < 0x20) return true;
    if (json[i] == '"') in_string = !in_string;
    if (in_string && json[i] == '\\') ++i;
  }
  return false;
}

std::string_view trimmed(std::string_view text) noexcept {
  const std::size_t from = text.find_first_not_of(" \t\r\n");
  if (from == text.npos) return {};
  return text.substr(from, text.find_last_not_of(" \t\r\n") - from + 1);
}

}  // namespace

bool append_arguments(std::string_view inside, std::string& out) {
  const std::size_t begin = out.size();
  append_decoded(inside, out);
  const std::string_view text = trimmed(std::string_view(out).substr(begin));
  if (text.empty()) {
    out.resize(begin);
    out += "{}";
    return true;
  }
  const bool is_object = text.front() == '{' && is_json(text) && !has_bare_control(text);
  if (!is_object) out.resize(begin);
  return is_object;
}

}  // namespace llmgw::proxy::chat
