// SPDX-License-Identifier: MIT
// Asking OpenAI, and whoever speaks its dialect, for the usage of a stream.
#include "proxy/provider/openai/usage_edit.hpp"

#include <algorithm>

#include "common/coding/content_coding.hpp"
#include "common/text/case_blind.hpp"
#include "proxy/http/media_type.hpp"
#include "proxy/provider/openai/stream_options.hpp"
#include "proxy/provider/openai/usage_filter.hpp"
#include "proxy/provider/openai/usage_refusal.hpp"
#include "proxy/route/native_path.hpp"

namespace llmgw::proxy {
namespace {

using http::FieldId;

// The only endpoint whose streams have to be asked and can be: legacy completions have the option
// too, but Ollama answers it there with zeros on every chunk, and other streams do not know it.
constexpr std::string_view asked_path = "/v1/chat/completions";

// That of Azure's clients is the same endpoint.
bool is_asked(std::string_view path) noexcept {
  if (path == asked_path) return true;
  constexpr std::string_view azure_root = "/openai";
  if (!path.starts_with(azure_root)) return false;
  return path.substr(azure_root.size()) == asked_path ||
         classify({}, path).verb == asked_path.substr(std::string_view("/v1/").size());
}

bool is_uncoded(const http::Head& head) noexcept {
  return std::all_of(head.fields.begin(), head.fields.end(), [](const http::Field& each) {
    return each.id != FieldId::content_encoding ||
           content_coding(each.value) == ContentCoding::identity;
  });
}

// Fields that vouch for the body's bytes (RFC 9530, RFC 9421): they would be wrong for others.
// `Cache-Control: no-transform` is none of them: it keeps intermediaries from changing the content
// that the other side gets (RFC 9110 section 7.7). What is asked for is taken out of the answer
// again, so the client gets the content that it would have got; and who is metered is not for the
// one who pays to say.
bool guards_body(const http::Field& field) noexcept {
  switch (field.name.size()) {
    case 6: return equals_ignoring_case(field.name, "digest");
    case 9: return equals_ignoring_case(field.name, "signature");
    case 11:
      return equals_ignoring_case(field.name, "content-md5") ||
             equals_ignoring_case(field.name, "repr-digest");
    case 14: return equals_ignoring_case(field.name, "content-digest");
    default: return false;
  }
}

// Text Generation Inference reports usage beside the last choice, and only when asked.
bool is_text_generation_inference(const http::ResponseHead& head) noexcept {
  return std::any_of(head.fields.begin(), head.fields.end(), [](const http::Field& each) {
    return equals_ignoring_case(each.name, "x-compute-type");
  });
}

}  // namespace

constinit const UsageEdit openai_usage_edit{false};
constinit const UsageEdit openai_continuous_usage_edit{true};

bool UsageEdit::may_concern(const RequestFacts& facts, bool is_all) const noexcept {
  return !facts.decides_usage && facts.stream.value_or(!is_all);
}

// Whatever the body's type is said to be: many servers read JSON without looking at it, and what is
// no JSON to the letter is not edited.
bool UsageEdit::may_concern(const http::RequestHead& head) const noexcept {
  return head.method == "POST" && is_asked(head.path()) && is_uncoded(head) &&
         std::none_of(head.fields.begin(), head.fields.end(), guards_body);
}

std::optional<EditedBody> UsageEdit::edit(std::string_view body) const {
  const auto place = place_for_usage_option(body);
  if (!place) return std::nullopt;
  const std::string_view option = is_continuous_ ? continuous_usage_option : usage_option;
  return EditedBody{body.substr(0, *place), std::string(option), body.substr(*place)};
}

bool UsageEdit::is_refusal(std::string_view text) const noexcept {
  return refuses_usage_option(text);
}

// Some servers send events as JSON, or without any type; they do not tell their length then.
std::unique_ptr<AnswerEdit> UsageEdit::edit_of_answer(const http::ResponseHead& head) const {
  using Framing = http::Framing::Kind;
  const std::string_view type = head.value(FieldId::content_type);
  const bool has_length = head.framing.kind == Framing::length;
  const bool may_be_events =
      http::is_event_stream(type) ||
      (!has_length && (http::media_type(type).empty() || http::is_json(type)));
  const bool is_answer = head.status >= 200 && head.status < 300;
  if (!is_answer || !may_be_events || head.framing.kind == Framing::none || !is_uncoded(head))
    return nullptr;
  return std::make_unique<UsageFilter>(is_continuous_ || is_text_generation_inference(head));
}

}  // namespace llmgw::proxy
