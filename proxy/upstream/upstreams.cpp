// SPDX-License-Identifier: MIT
// Whom the path of a request is for.
#include "proxy/upstream/upstreams.hpp"

namespace llmgw::proxy {

bool is_translatable(const http::RequestHead& head) noexcept {
  return head.method == "POST" && head.path() == "/v1/chat/completions";
}

// Servers that speak OpenAI's dialect may have other APIs too, as vLLM has Anthropic's: they are
// asked where nobody else is there for those.
std::vector<bool> Upstreams::without(const http::RequestHead& head, ClientDialect dialect,
                                     bool may_translate) const {
  const bool is_native = dialect == ClientDialect::anthropic || dialect == ClientDialect::gemini;
  const bool has_own = is_native && speak(dialect);
  std::vector<bool> without;  // made with the first of them: there seldom is one
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    const Upstream& upstream = *parts_[i].upstream;
    const bool is_other = upstream.dialect().number != static_cast<std::uint8_t>(dialect);
    const bool is_translated = may_translate && upstream.translation() != nullptr;
    const bool has_nothing = !is_translated && !upstream.has_target(head.target, "model");
    if (!has_nothing && !(has_own && is_other)) continue;
    without.resize(parts_.size());
    without[i] = true;
  }
  return without;
}

std::vector<bool> Upstreams::translating(const http::RequestHead& head) const {
  std::vector<bool> translating(parts_.size());
  if (!is_translatable(head)) return translating;
  for (std::size_t i = 0; i < parts_.size(); ++i)
    translating[i] = parts_[i].upstream->translation() != nullptr;
  return translating;
}

}  // namespace llmgw::proxy
