// SPDX-License-Identifier: MIT
// Member by member. What the provider caches stands first and in the order in which it caches:
// tools, system, messages; what depends on those comes behind.
#include "proxy/provider/anthropic/request.hpp"

#include <algorithm>
#include <optional>

#include "common/json/escape.hpp"
#include "proxy/provider/anthropic/cache_marks.hpp"
#include "proxy/provider/anthropic/messages.hpp"
#include "proxy/provider/anthropic/output_config.hpp"
#include "proxy/provider/anthropic/reasoning.hpp"
#include "proxy/provider/anthropic/sampling.hpp"
#include "proxy/provider/anthropic/tools.hpp"
#include "proxy/provider/anthropic/traits.hpp"
#include "proxy/provider/anthropic/user_id.hpp"
#include "proxy/provider/chat/json_items.hpp"
#include "proxy/provider/chat/object_writer.hpp"
#include "proxy/provider/chat/request.hpp"

namespace llmgw::proxy {
namespace anthropic {
namespace {

using chat::ChatParam;
using chat::ChatRequest;
using chat::Losses;
using chat::ObjectWriter;

constexpr std::uint64_t common_max_tokens = 32'000;  // of a model of which nothing is known

// Members of Anthropic's own that are carried as they are.
constexpr std::string_view carried[] = {"container",       "context_management", "diagnostics",
                                        "inference_geo",   "mcp_servers",        "speed",
                                        "user_profile_id", "workspace_id"};
// And those that have a say in what is made of OpenAI's.
constexpr std::string_view extensions[] = {"thinking",        "output_config",      "cache_control",
                                           "container",       "context_management", "diagnostics",
                                           "inference_geo",   "mcp_servers",        "speed",
                                           "user_profile_id", "workspace_id"};

// Advice that has no counterpart.
constexpr ChatParam advisory[] = {
    ChatParam::seed,       ChatParam::verbosity,        ChatParam::metadata,  ChatParam::store,
    ChatParam::prediction, ChatParam::prompt_cache_key, ChatParam::moderation};
// What a client would miss in the answer.
constexpr ChatParam binding[] = {
    ChatParam::n,          ChatParam::presence_penalty,  ChatParam::frequency_penalty,
    ChatParam::logit_bias, ChatParam::logprobs,          ChatParam::top_logprobs,
    ChatParam::audio,      ChatParam::web_search_options};

bool is_text_alone(std::string_view modalities) {
  chat::JsonElements elements(modalities);
  for (std::string_view each; elements.next(each);) {
    if (!chat::is_string(each, "text")) return false;
  }
  return true;
}

class Translator {
 public:
  Translator(const ChatRequest& request, const TranslationTarget& target, Losses& losses)
      : request_(request),
        target_(target),
        traits_(traits_of(target)),
        losses_(losses),
        marks_(keeps_long(request), losses),
        writer_(result_.body) {}

  // False: rejected.
  bool translate() {
    name_unsupported();
    if (!chat::read_stream_options(request_, losses_, result_.wants_usage)) return false;
    if (!write_head() || !write_conversation() || !write_output()) return false;
    write_user();
    write_service_tier();
    write_carried();
    if (!write_cache_mark()) return false;
    result_.is_stream = request_.is_on(ChatParam::stream);
    if (result_.is_stream) writer_.raw("stream", "true");
    writer_.end();
    return true;
  }

  TranslatedRequest take_result() {
    result_.dropped = losses_.take_dropped();
    return std::move(result_);
  }

 private:
  static bool keeps_long(const ChatRequest& request) {
    return chat::is_string(request[ChatParam::prompt_cache_retention], "24h");
  }

  void name_unsupported() {
    for (const ChatParam each : binding) {
      if (request_.has(each)) losses_.refuse(chat::name_of(each));
    }
    if (!is_text_alone(request_[ChatParam::modalities])) losses_.refuse("modalities");
    for (const ChatParam each : advisory) {
      if (request_.has(each)) losses_.drop(chat::name_of(each));
    }
  }

  bool write_head() {
    append_json_string(target_.model, writer_.key("model"));
    std::optional<std::int64_t> limit;
    if (!chat::read_max_tokens(request_, losses_, limit)) return false;
    result_.is_max_tokens_defaulted = !limit.has_value();
    max_tokens_ = limit ? static_cast<std::uint64_t>(*limit) : default_max_tokens();
    result_.max_tokens = max_tokens_;
    writer_.key("max_tokens") += std::to_string(max_tokens_);
    return write_tools(request_, target_, traits_, losses_, marks_, writer_, is_call_forced_);
  }

  std::uint64_t default_max_tokens() const noexcept {
    const std::uint64_t most = traits_.max_output != 0 ? traits_.max_output : common_max_tokens;
    const std::uint64_t limit = target_.default_max_tokens.value_or(most);
    return std::min(limit, target_.learnt.max_tokens.value_or(limit));
  }

  bool write_conversation() {
    const auto conversation = chat::Conversation::read(request_[ChatParam::messages], losses_);
    if (!conversation) return false;
    std::string system;
    if (!append_system(*conversation, losses_, marks_, system)) return false;
    if (!system.empty()) writer_.raw("system", system);
    return append_messages(*conversation, traits_.has_system_turns, losses_, marks_, facts_,
                           writer_.key("messages"));
  }

  bool write_output() {
    const std::string_view thinking = request_.extension("thinking");
    if (!thinking.empty() && !chat::is_kind(thinking, JsonKind::object))
      return losses_.reject("thinking", "has to be an object");
    const Reasoning reasoning = plan_reasoning(request_,
                                               {.traits = traits_,
                                                .max_tokens = max_tokens_,
                                                .shows_reasoning = target_.shows_reasoning,
                                                .is_call_forced = is_call_forced_,
                                                .lacks_thinking = facts_.lacks_thinking},
                                               losses_);
    if (!reasoning.thinking.empty()) writer_.raw("thinking", reasoning.thinking);
    return write_output_config(request_, reasoning.effort, traits_.has_output_schemas, losses_,
                               writer_) &&
           write_stops(request_, losses_, writer_) &&
           write_sampling(request_, traits_.has_sampling, reasoning.has_budget, losses_, writer_);
  }

  void write_carried() {
    for (const std::string_view each : carried) {
      const std::string_view value = request_.extension(each);
      if (!value.empty()) writer_.raw(each, value);
    }
  }

  void write_user() {
    const bool has_safe = request_.has(ChatParam::safety_identifier);
    const ChatParam param = has_safe ? ChatParam::safety_identifier : ChatParam::user;
    if (!request_.has(param)) return;
    if (has_safe && request_.has(ChatParam::user)) losses_.drop("user");
    const std::string_view user = *chat::inside_of(request_[param]);
    if (!is_opaque_user(chat::decoded(user))) return losses_.drop(chat::name_of(param));
    ObjectWriter metadata(writer_.key("metadata"));
    metadata.text("user_id", user);
    metadata.end();
  }

  void write_service_tier() {
    const std::string_view tier = request_[ChatParam::service_tier];
    if (chat::is_string(tier, "auto")) {
      writer_.text("service_tier", "auto");
    } else if (chat::is_string(tier, "default") || chat::is_string(tier, "standard_only")) {
      writer_.text("service_tier", "standard_only");
    } else if (!tier.empty()) {
      losses_.drop("service_tier");
    }
  }

  // One at top level marks the last block; the client's goes before the operator's.
  bool write_cache_mark() {
    const std::string_view own = request_.extension("cache_control");
    if (!own.empty() && !chat::is_kind(own, JsonKind::object))
      return losses_.reject("cache_control", "has to be an object");
    marks_.append(own, target_.marks_cache && marks_.has_left(), result_.body);
    const std::string_view retention = request_[ChatParam::prompt_cache_retention];
    const bool is_kept = keeps_long(request_) && marks_.has_made();
    if (!retention.empty() && !is_kept && !chat::is_string(retention, "in-memory"))
      losses_.drop("prompt_cache_retention");
    return true;
  }

  const ChatRequest& request_;
  const TranslationTarget& target_;
  const Traits traits_;
  Losses& losses_;
  CacheMarks marks_;
  TranslatedRequest result_;
  ObjectWriter writer_;
  ConversationFacts facts_;
  std::uint64_t max_tokens_ = 0;
  bool is_call_forced_ = false;
};

}  // namespace
}  // namespace anthropic

RequestTranslation translate_to_anthropic(std::string_view body, const TranslationTarget& target) {
  chat::Losses losses(target);
  const auto request = chat::read_chat_request(body, anthropic::extensions, losses);
  if (!request) return losses.refusal();
  anthropic::Translator translator(*request, target, losses);
  if (!translator.translate() || losses.is_refused()) return losses.refusal();
  return translator.take_result();
}

}  // namespace llmgw::proxy
