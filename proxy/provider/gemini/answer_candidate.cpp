// SPDX-License-Identifier: MIT
// A candidate may lack its content, and content its parts.
#include "proxy/provider/gemini/answer_candidate.hpp"

#include <array>

#include "proxy/provider/chat/json_items.hpp"
#include "proxy/provider/chat_answer/json_slices.hpp"
#include "proxy/provider/gemini/function_name.hpp"

namespace llmgw::proxy {
namespace {

using chat_answer::is_empty_object;
using chat_answer::members_of;
using chat_answer::text_of;
using Kind = GeminiPart::Kind;

std::optional<GeminiPart> read_call(std::string_view call, std::string_view signature) noexcept {
  constexpr std::array<std::string_view, 3> names{"id", "name", "args"};
  const auto members = members_of(call, names);
  if (!members) return std::nullopt;
  const auto& [id, name, args] = *members;
  return GeminiPart{.kind = Kind::call,
                    .name = client_function_name(text_of(name)),
                    .id = text_of(id),
                    .arguments = args.empty() ? std::string_view("{}") : args,
                    .signature = text_of(signature)};
}

GeminiPart skipped(SkippedKind kind) noexcept { return {.kind = Kind::skipped, .skipped = kind}; }

std::optional<GeminiPart> read_image(std::string_view image) noexcept {
  constexpr std::array<std::string_view, 2> names{"mimeType", "data"};
  const auto members = members_of(image, names);
  if (!members) return std::nullopt;
  return GeminiPart{.kind = Kind::image,
                    .media_type = text_of(members->front()),
                    .data = text_of(members->back())};
}

}  // namespace

std::optional<GeminiCandidate> read_gemini_candidate(std::string_view candidate,
                                                     std::uint64_t position) noexcept {
  constexpr std::array<std::string_view, 6> names{
      "index",          "content",          "finishReason",
      "logprobsResult", "citationMetadata", "groundingMetadata"};
  constexpr std::array<std::string_view, 1> content_names{"parts"};
  const auto members = members_of(candidate, names);
  if (!members) return std::nullopt;
  const auto& [index, content, finish_reason, logprobs, citations, grounding] = *members;
  GeminiCandidate read{.index = chat_answer::count_of(index).value_or(position),
                       .parts = {},
                       .finish_reason = text_of(finish_reason),
                       .logprobs = logprobs,
                       .has_citations = !citations.empty() && !is_empty_object(citations),
                       .has_grounding = !grounding.empty() && !is_empty_object(grounding)};
  if (content.empty()) return read;
  const auto parts = members_of(content, content_names);
  if (!parts) return std::nullopt;
  read.parts = parts->front();
  return read;
}

std::string_view gemini_block_reason(std::string_view feedback) noexcept {
  constexpr std::array<std::string_view, 1> names{"blockReason"};
  const auto members = members_of(feedback, names);
  const std::string_view reason = members ? text_of(members->front()) : std::string_view();
  return reason == "BLOCK_REASON_UNSPECIFIED" ? std::string_view() : reason;
}

// What a model draws while it thinks is no part of its answer.
std::optional<GeminiPart> read_gemini_part(std::string_view part) noexcept {
  constexpr std::array<std::string_view, 9> names{
      "text",        "thought",        "thoughtSignature",    "functionCall",
      "inlineData",  "executableCode", "codeExecutionResult", "toolCall",
      "toolResponse"};
  const auto members = members_of(part, names);
  if (!members) return std::nullopt;
  const auto& [text, thought, signature, call, image, code, result, tool, response] = *members;
  const bool is_thought = thought == "true";
  if (!call.empty()) return read_call(call, signature);
  if (!image.empty()) return is_thought ? GeminiPart{} : read_image(image);
  if (!code.empty() || !result.empty()) return skipped(SkippedKind::code_execution);
  if (!tool.empty() || !response.empty()) return skipped(SkippedKind::server_tool);
  const bool is_known = !text.empty() || !signature.empty() || is_empty_object(part);
  if (!is_known) return skipped(SkippedKind::other);
  if (text_of(text).empty()) return GeminiPart{};
  return GeminiPart{.kind = is_thought ? Kind::thought : Kind::text, .text = text_of(text)};
}

void keep_signature(const TenantSignatures& signatures, std::string_view call_id,
                    std::string_view signature) {
  if (signatures.memory == nullptr || signature.empty()) return;
  signatures.keep(chat::decoded(call_id), chat::decoded(signature));
}

}  // namespace llmgw::proxy
