// SPDX-License-Identifier: MIT
// The scanner knows lines and events; here their parts are put together, should they come in parts.
#include "proxy/provider/chat_answer/event_assembly.hpp"

#include <algorithm>

namespace llmgw::proxy::chat_answer {

EventAssembly::Found EventAssembly::next(std::string_view& bytes, std::string_view& data) {
  if (!is_open_) let_go();
  while (const auto piece = scanner_.next(bytes)) {
    switch (piece->kind) {
      case SsePiece::Kind::whole_data:
        data = piece->text;
        return data.size() > most_ ? Found::too_large : Found::event;
      case SsePiece::Kind::data:
        if (!hold(piece->text)) return Found::too_large;
        break;
      case SsePiece::Kind::end:
        is_open_ = false;
        data = held_;
        return Found::event;
      case SsePiece::Kind::name: break;
    }
  }
  return Found::nothing;
}

// Grows by doubling, but never beyond the bound.
bool EventAssembly::hold(std::string_view data) {
  is_open_ = true;
  if (data.size() > most_ - held_.size()) return false;
  const std::size_t size = held_.size() + data.size();
  if (size > held_.capacity()) held_.reserve(std::min(2 * size, most_));
  held_ += data;
  return true;
}

void EventAssembly::let_go() noexcept {
  held_.clear();
  if (held_.capacity() > kept_capacity) std::string().swap(held_);
}

}  // namespace llmgw::proxy::chat_answer
