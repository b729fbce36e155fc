// SPDX-License-Identifier: MIT
// PURE: members of the request whose values have a form of their own.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "proxy/provider/chat/json_items.hpp"
#include "proxy/provider/chat/request.hpp"

namespace llmgw::proxy::chat {

/// Texts that end an answer: shows the inside of each string to `take`, in order. False: rejected.
template <class Take>
bool each_stop(const ChatRequest& request, Losses& losses, Take take) {
  const std::string_view stop = request[ChatParam::stop];
  if (const auto text = inside_of(stop)) {
    take(*text);
    return true;
  }
  JsonElements elements(stop);
  for (std::string_view each; elements.next(each);) {
    const auto text = inside_of(each);
    if (!text) return losses.reject("stop", "has to be a string or an array of strings");
    take(*text);
  }
  return true;
}

struct ResponseFormat {
  enum class Kind : std::uint8_t { text, json_object, json_schema };
  Kind kind = Kind::text;
  std::string_view schema = {};  ///< with `json_schema`: an object, as it is written
};

/// Refuses formats that nobody knows. False: rejected.
bool read_response_format(const ChatRequest& request, Losses& losses, ResponseFormat& format);

enum class Effort : std::uint8_t { none, minimal, low, medium, high, xhigh, max };
/// OpenAI's word for it.
std::string_view word_of(Effort effort) noexcept;

/// `reasoning_effort`; nothing: not asked for, or a word that nobody knows, which is refused.
std::optional<Effort> read_effort(const ChatRequest& request, Losses& losses);

}  // namespace llmgw::proxy::chat
