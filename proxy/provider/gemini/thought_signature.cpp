// SPDX-License-Identifier: MIT
// Looked at and never changed: another spelling of the same bytes is refused.
#include "proxy/provider/gemini/thought_signature.hpp"

#include "proxy/provider/chat/data_url.hpp"
#include "proxy/provider/chat/json_items.hpp"

namespace llmgw::proxy::gemini {

using chat::member_of;

bool is_thought_signature(std::string_view text) {
  constexpr std::size_t block = 4;  // characters of base64 that go together
  return text.size() % block == 0 && text.find('\\') == text.npos && chat::is_base64(text);
}

std::optional<std::string> thought_signature_of(const chat::ChatCall& call) {
  const std::string_view extra = member_of(call.object, "extra_content");
  const auto inside = chat::inside_of(member_of(member_of(extra, "google"), "thought_signature"));
  if (!inside) return std::nullopt;
  std::string signature = chat::decoded(*inside);
  if (!is_thought_signature(signature)) return std::nullopt;
  return signature;
}

}  // namespace llmgw::proxy::gemini
