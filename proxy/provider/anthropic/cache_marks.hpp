// SPDX-License-Identifier: MIT
// PURE: marks for Anthropic's prompt cache, of which a request may hold four.
#pragma once

#include <string>
#include <string_view>

#include "proxy/provider/chat/losses.hpp"

namespace llmgw::proxy::anthropic {

class CacheMarks {
 public:
  /// `is_long`: marks of our own last an hour, not five minutes. `losses` outlives this.
  CacheMarks(bool is_long, chat::Losses& losses) noexcept : is_long_(is_long), losses_(losses) {}

  /// Appends the member to an object that is not empty. `own`: the client's mark as it is written,
  /// or empty; `is_asked`: without one of its own a mark of ours. The fifth is named.
  void append(std::string_view own, bool is_asked, std::string& out) {
    if (own.empty() && !is_asked) return;
    if (left_ == 0) return losses_.drop("cache_control");
    --left_;
    out += R"(,"cache_control":)";
    out += own.empty() ? made() : own;
  }
  /// A mark that stands on nothing.
  void lose(std::string_view own, bool is_asked) {
    if (!own.empty() || is_asked) losses_.drop("cache_control");
  }

  bool has_left() const noexcept { return left_ > 0; }
  /// A mark of ours was made.
  bool has_made() const noexcept { return has_made_; }

 private:
  std::string_view made() noexcept {
    has_made_ = true;
    return is_long_ ? R"({"type":"ephemeral","ttl":"1h"})" : R"({"type":"ephemeral"})";
  }

  unsigned left_ = 4;
  bool is_long_;
  bool has_made_ = false;
  chat::Losses& losses_;
};

}  // namespace llmgw::proxy::anthropic
