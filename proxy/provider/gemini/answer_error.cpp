// SPDX-License-Identifier: MIT
// The status decides, but for what only the body tells apart.
#include "proxy/provider/gemini/answer_error.hpp"

#include <algorithm>
#include <array>

#include "proxy/provider/chat_answer/json_slices.hpp"
#include "proxy/provider/chat_answer/upstream_error.hpp"
#include "proxy/provider/gemini/answer_error_details.hpp"

namespace llmgw::proxy {
namespace {

using chat_answer::members_of;
using chat_answer::text_of;
using chat_answer::word_of;

struct Kind {
  std::string_view status;
  int code;
};

constexpr std::array<Kind, 16> kinds{{{"INVALID_ARGUMENT", 400},
                                      {"FAILED_PRECONDITION", 400},
                                      {"OUT_OF_RANGE", 400},
                                      {"UNAUTHENTICATED", 401},
                                      {"PERMISSION_DENIED", 403},
                                      {"NOT_FOUND", 404},
                                      {"ABORTED", 409},
                                      {"ALREADY_EXISTS", 409},
                                      {"RESOURCE_EXHAUSTED", 429},
                                      {"CANCELLED", 499},
                                      {"UNKNOWN", 500},
                                      {"INTERNAL", 500},
                                      {"DATA_LOSS", 500},
                                      {"UNIMPLEMENTED", 501},
                                      {"UNAVAILABLE", 503},
                                      {"DEADLINE_EXCEEDED", 504}}};

// What a body says of an error: texts as the insides of JSON strings, the rest as written.
struct Told {
  std::string_view code = {};
  std::string_view status = {};
  std::string_view message = {};
  std::string_view details = {};
};

// Some end points put the object into a list.
Told read(std::string_view body) {
  constexpr std::array<std::string_view, 1> body_names{"error"};
  constexpr std::array<std::string_view, 4> error_names{"code", "status", "message", "details"};
  const auto first = chat_answer::JsonElements(body).next();
  const auto members = members_of(first.value_or(body), body_names);
  if (!members) return {};
  const auto error = members_of(members->front(), error_names);
  if (!error) return {.message = text_of(members->front())};
  const auto& [code, status, message, details] = *error;
  return {code, text_of(status), text_of(message), details};
}

bool says(const Told& told, std::string_view words) noexcept {
  return told.message.find(words) != told.message.npos;
}

bool tells_bad_key(int status, const Told& told, const GeminiErrorDetails& details) noexcept {
  if (status == 401) return true;
  return status == 400 && (says(told, "API key not valid") || details.reason == "API_KEY_INVALID");
}

TranslatedError translate(int status, const Told& told) {
  const GeminiErrorDetails details = read_gemini_error_details(told.details);
  TranslatedError error = chat_answer::error_of_status(status);
  if (tells_bad_key(status, told, details)) {
    error = chat_answer::refused_key(status);
  } else {
    chat_answer::set_message(told.message, error);
    error.param = details.param;
  }
  if (status == 400 && says(told, "exceeds the maximum number of tokens allowed"))
    chat_answer::set_context_exceeded(error);
  error.upstream_type = word_of(told.status);
  error.retry_after_ms = details.retry_after_ms;
  return error;
}

}  // namespace

TranslatedError gemini_error(int status, std::string_view body) {
  return translate(status, read(body));
}

std::optional<TranslatedError> gemini_error_in_answer(std::string_view body) {
  constexpr std::array<std::string_view, 1> names{"error"};
  const auto members = members_of(chat_answer::JsonElements(body).next().value_or(body), names);
  if (!members || members->front().empty()) return std::nullopt;
  return gemini_error_event(body);
}

TranslatedError gemini_error_event(std::string_view event) {
  const Told told = read(event);
  const auto code = chat_answer::count_of(told.code);
  if (code && *code >= 400 && *code < 600) return translate(static_cast<int>(*code), told);
  const auto kind = std::ranges::find(kinds, told.status, &Kind::status);
  return translate(kind == kinds.end() ? 500 : kind->code, told);
}

}  // namespace llmgw::proxy
