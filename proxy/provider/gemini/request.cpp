// SPDX-License-Identifier: MIT
// Each part writes what it carries and names what it does not.
#include "proxy/provider/gemini/request.hpp"

#include "proxy/provider/chat/conversation.hpp"
#include "proxy/provider/gemini/contents.hpp"
#include "proxy/provider/gemini/extensions.hpp"
#include "proxy/provider/gemini/generation_config.hpp"
#include "proxy/provider/gemini/request_terms.hpp"
#include "proxy/provider/gemini/tools.hpp"

namespace llmgw::proxy {
namespace gemini {
namespace {

using chat::ChatParam;
using chat::ChatRequest;
using chat::Losses;

void name_what_is_lost(const ChatRequest& request, Losses& losses) {
  constexpr ChatParam binding[] = {ChatParam::logit_bias, ChatParam::audio,
                                   ChatParam::web_search_options};
  constexpr ChatParam advisory[] = {ChatParam::parallel_tool_calls,
                                    ChatParam::verbosity,
                                    ChatParam::user,
                                    ChatParam::safety_identifier,
                                    ChatParam::metadata,
                                    ChatParam::store,
                                    ChatParam::prediction,
                                    ChatParam::service_tier,
                                    ChatParam::prompt_cache_key,
                                    ChatParam::moderation,
                                    ChatParam::prompt_cache_retention};
  for (const ChatParam param : binding) {
    if (request.has(param)) losses.refuse(chat::name_of(param));
  }
  for (const ChatParam param : advisory) {
    const bool is_default =
        param == ChatParam::service_tier && chat::is_string(request[param], "auto");
    if (request.has(param) && !is_default) losses.drop(chat::name_of(param));
  }
}

// False: rejected.
bool append_body(const GeminiRequestTerms& terms, std::string& out) {
  const ChatRequest& request = terms.request;
  const auto conversation = chat::Conversation::read(request[ChatParam::messages], terms.losses);
  GeminiExtensions extensions;
  if (!conversation ||
      !read_extensions(request.extension(GeminiExtensions::name), terms.losses, extensions))
    return false;
  out += '{';
  if (!append_system_instruction(*conversation, terms.losses, out) || !append_tools(terms, out) ||
      !append_generation_config(extensions.thinking_config, terms, out))
    return false;
  append_extensions(extensions, out);
  if (!append_contents(*conversation, terms, out)) return false;
  out += '}';
  return true;
}

RequestTranslation translate(std::string_view body, const TranslationTarget& target) {
  constexpr std::string_view extensions[] = {GeminiExtensions::name};
  Losses losses(target);
  const auto request = chat::read_chat_request(body, extensions, losses);
  if (!request) return losses.refusal();
  SchemaReducer reducer;
  TranslatedRequest translated;
  const GeminiRequestTerms terms{*request, target,  gemini_traits(target),
                                 losses,   reducer, translated};
  translated.is_stream = request->is_on(ChatParam::stream);
  name_what_is_lost(*request, losses);
  translated.body.reserve(body.size());
  const bool is_read = chat::read_stream_options(*request, losses, translated.wants_usage) &&
                       append_body(terms, translated.body);
  if (!is_read || losses.is_refused()) return losses.refusal();
  translated.dropped = losses.take_dropped();
  return translated;
}

}  // namespace
}  // namespace gemini

RequestTranslation translate_to_gemini(std::string_view body, const TranslationTarget& target) {
  return gemini::translate(body, target);
}

}  // namespace llmgw::proxy
