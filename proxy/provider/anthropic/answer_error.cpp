// SPDX-License-Identifier: MIT
// The status decides, but for what only the body tells apart.
#include "proxy/provider/anthropic/answer_error.hpp"

#include <algorithm>
#include <array>

#include "proxy/provider/chat_answer/json_slices.hpp"
#include "proxy/provider/chat_answer/upstream_error.hpp"

namespace llmgw::proxy {
namespace {

using chat_answer::members_of;
using chat_answer::text_of;
using chat_answer::word_of;

struct Kind {
  std::string_view type = {};
  int status;
};

constexpr std::array<Kind, 11> kinds{{{"invalid_request_error", 400},
                                      {"authentication_error", 401},
                                      {"billing_error", 402},
                                      {"permission_error", 403},
                                      {"not_found_error", 404},
                                      {"conflict_error", 409},
                                      {"request_too_large", 413},
                                      {"rate_limit_error", 429},
                                      {"api_error", 500},
                                      {"timeout_error", 504},
                                      {"overloaded_error", 529}}};

// What a body says of an error, as the insides of JSON strings.
struct Told {
  std::string_view type = {};
  std::string_view message = {};
  std::string_view code = {};
  std::string_view request_id = {};
};

Told read(std::string_view body) {
  constexpr std::array<std::string_view, 2> body_names{"error", "request_id"};
  constexpr std::array<std::string_view, 3> error_names{"type", "message", "details"};
  constexpr std::array<std::string_view, 1> details_names{"error_code"};
  const auto members = members_of(body, body_names);
  if (!members) return {};
  Told told{.request_id = text_of((*members)[1])};
  told.message = text_of((*members)[0]);  // some servers send a text in place of the object
  const auto error = members_of((*members)[0], error_names);
  if (!error) return told;
  told.type = text_of((*error)[0]);
  told.message = text_of((*error)[1]);
  const auto details = members_of((*error)[2], details_names);
  if (details) told.code = text_of(details->front());
  return told;
}

void refine_bad_request(const Told& told, TranslatedError& error) {
  error.code = word_of(told.code);
  if (told.code.find("spend_limit") != told.code.npos || told.type == "billing_error") {
    chat_answer::set_insufficient_quota(error);
  } else if (told.message.find("prompt is too long") != told.message.npos) {
    chat_answer::set_context_exceeded(error);
  }
}

TranslatedError translate(int status, const Told& told) {
  TranslatedError error = chat_answer::error_of_status(status);
  if (status == 401) {
    error = chat_answer::refused_key(status);
  } else {
    if (status == 400) refine_bad_request(told, error);
    chat_answer::set_message(told.message, error);
  }
  error.upstream_type = word_of(told.type);
  error.request_id = word_of(told.request_id);
  return error;
}

}  // namespace

TranslatedError anthropic_error(int status, std::string_view body) {
  return translate(status, read(body));
}

std::optional<TranslatedError> anthropic_error_in_answer(std::string_view body) {
  constexpr std::array<std::string_view, 2> names{"type", "error"};
  const auto members = members_of(body, names);
  if (!members) return std::nullopt;
  const auto& [type, error] = *members;
  const bool is_error = text_of(type) == "error" || (type.empty() && !error.empty());
  return is_error ? std::optional(anthropic_error_event(body)) : std::nullopt;
}

TranslatedError anthropic_error_event(std::string_view event) {
  const Told told = read(event);
  const auto kind = std::ranges::find(kinds, told.type, &Kind::type);
  return translate(kind == kinds.end() ? 500 : kind->status, told);
}

}  // namespace llmgw::proxy
