// SPDX-License-Identifier: MIT
// One table from statuses to OpenAI's words; the dialects add what their bodies tell.
#include "proxy/provider/chat_answer/upstream_error.hpp"

#include <algorithm>
#include <array>

#include "proxy/provider/chat_answer/json_slices.hpp"
#include "proxy/provider/chat_answer/secret_mask.hpp"

namespace llmgw::proxy::chat_answer {
namespace {

constexpr std::string_view invalid_request = "invalid_request_error";
constexpr std::string_view server_error = "server_error";
constexpr std::string_view upstream_fault = "upstream_error";
constexpr std::size_t most_message = 4096;
constexpr std::size_t most_word = 128;

struct Row {
  int upstream;
  int status;
  std::string_view type;
  std::string_view code;
};

// That the gateway's key was refused is nothing that a client could mend.
constexpr std::array<Row, 10> rows{{
    {401, 502, upstream_fault, "upstream_auth_failed"},
    {402, 429, "insufficient_quota", "insufficient_quota"},
    {403, 403, "permission_error", ""},
    {404, 404, invalid_request, "model_not_found"},
    {409, 409, "conflict_error", ""},
    {413, 413, invalid_request, "request_too_large"},
    {429, 429, "rate_limit_error", "rate_limit_exceeded"},
    {503, 503, server_error, "overloaded"},
    {504, 504, server_error, "timeout"},
    {529, 503, server_error, "overloaded"},
}};

TranslatedError make(int upstream, int status, std::string_view type, std::string_view code) {
  TranslatedError error;
  error.status = status;
  error.type = type;
  error.code = code;
  error.upstream_status = upstream;
  return error;
}

TranslatedError make_own(int status, std::string_view code, std::string_view message) {
  TranslatedError error = make(0, status, upstream_fault, code);
  error.message = message;
  return error;
}

}  // namespace

TranslatedError error_of_status(int status) {
  const auto row = std::ranges::find(rows, status, &Row::upstream);
  if (row != rows.end()) return make(status, row->status, row->type, row->code);
  if (status >= 400 && status < 500) return make(status, status, invalid_request, "");
  if (status >= 500 && status < 600) return make(status, status, server_error, "");
  return make(status, 502, upstream_fault, "upstream_invalid_response");
}

TranslatedError refused_key(int status) {
  TranslatedError error = make(status, 502, upstream_fault, "upstream_auth_failed");
  error.message = "The provider refused the gateway's key.";
  return error;
}

void set_insufficient_quota(TranslatedError& error) {
  error.status = 429;
  error.type = error.code = "insufficient_quota";
}

void set_context_exceeded(TranslatedError& error) { error.code = "context_length_exceeded"; }

void set_message(std::string_view raw, TranslatedError& error) {
  error.message = unescaped(raw, most_message);
  mask_secrets(error.message);
  if (!error.message.empty()) return;
  error.message =
      "upstream answered " + std::to_string(error.upstream_status) + " without a readable error";
}

std::string word_of(std::string_view raw) { return unescaped(raw, most_word); }

TranslatedError cut_stream(std::string_view code) {
  if (code == "upstream_timeout")
    return make_own(504, code, "The upstream did not continue its stream in time.");
  return make_own(502, code.empty() ? "upstream_aborted" : code,
                  "The upstream's stream broke off before its end.");
}

TranslatedError invalid_stream() {
  return make_own(502, "upstream_invalid_response",
                  "The upstream sent an event that is too large, or none of its dialect.");
}

}  // namespace llmgw::proxy::chat_answer
