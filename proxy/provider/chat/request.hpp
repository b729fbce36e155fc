// SPDX-License-Identifier: MIT
// PURE: the members of a chat completion's request, checked for their types and looked up by name.
//
//   Losses losses(target);
//   const auto request = read_chat_request(body, extensions, losses);
//   if (!request) return losses.refusal();
//   if (request->has(ChatParam::seed)) losses.drop("seed");
//
// A member that is null, or that says what holds without it, counts as absent. Of a name that comes
// twice the last one counts. Every member is either here for the dialect to deal with, or was named
// in `losses` because nobody knows it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "proxy/provider/chat/losses.hpp"

namespace llmgw::proxy::chat {

/// Every member of the request that OpenAI's clients know, by its name. A dialect deals with each.
enum class ChatParam : std::uint8_t {
  model,
  messages,
  max_completion_tokens,
  max_tokens,
  temperature,
  top_p,
  top_k,
  stop,
  n,
  seed,
  presence_penalty,
  frequency_penalty,
  logit_bias,
  logprobs,
  top_logprobs,
  tools,
  functions,
  tool_choice,
  function_call,
  parallel_tool_calls,
  response_format,
  reasoning_effort,
  verbosity,
  user,
  safety_identifier,
  metadata,
  store,
  prediction,
  service_tier,
  prompt_cache_key,
  prompt_cache_retention,
  moderation,
  stream,
  stream_options,
  modalities,
  audio,
  web_search_options,
  count,
};

std::string_view name_of(ChatParam param) noexcept;

/// Views of the body.
class ChatRequest {
 public:
  /// As it is written; empty: absent, or as good as that.
  std::string_view operator[](ChatParam param) const noexcept {
    return values_[static_cast<std::size_t>(param)];
  }
  bool has(ChatParam param) const noexcept { return !(*this)[param].empty(); }
  bool is_on(ChatParam param) const noexcept { return (*this)[param] == "true"; }
  /// A member that the dialect has named as its own; as it is written; empty: absent or null.
  std::string_view extension(std::string_view name) const noexcept;

 private:
  friend std::optional<ChatRequest> read_chat_request(std::string_view,
                                                      std::span<const std::string_view>, Losses&);
  std::string_view* place_of(std::string_view key);
  bool check(Losses& losses);

  std::array<std::string_view, static_cast<std::size_t>(ChatParam::count)> values_{};
  std::vector<std::pair<std::string_view, std::string_view>> extensions_;
};

/// Nothing if the body is refused for good; `losses` then says why. `extensions`: names that are
/// none of ChatParam, of members that the dialect carries as they are; they outlive the result, and
/// so does the body.
std::optional<ChatRequest> read_chat_request(std::string_view body,
                                             std::span<const std::string_view> extensions,
                                             Losses& losses);

/// What `stream_options` asks for. Names what cannot be honoured; false: rejected.
bool read_stream_options(const ChatRequest& request, Losses& losses, bool& wants_usage);

/// The limit that the client has set: `max_completion_tokens`, else `max_tokens`. Names the other
/// one where both are there and differ. False: rejected.
bool read_max_tokens(const ChatRequest& request, Losses& losses,
                     std::optional<std::int64_t>& max_tokens);

}  // namespace llmgw::proxy::chat
