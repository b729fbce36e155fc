// SPDX-License-Identifier: MIT
// The kinds of errors, and how they are written.
#include "proxy/provider/native_error.hpp"

#include <algorithm>
#include <array>

#include "common/json/escape.hpp"
#include "common/text/quantity.hpp"

namespace llmgw::proxy {
namespace {

struct Kind {
  int status;
  std::string_view anthropic;
  std::string_view gemini;
};

// By status; what is not in here has the row of 400 or of 500.
constexpr std::array<Kind, 14> kinds{{
    {400, "invalid_request_error", "INVALID_ARGUMENT"},
    {401, "authentication_error", "UNAUTHENTICATED"},
    {402, "billing_error", "FAILED_PRECONDITION"},
    {403, "permission_error", "PERMISSION_DENIED"},
    {404, "not_found_error", "NOT_FOUND"},
    {408, "timeout_error", "DEADLINE_EXCEEDED"},
    {409, "conflict_error", "ABORTED"},
    {413, "request_too_large", "INVALID_ARGUMENT"},
    {429, "rate_limit_error", "RESOURCE_EXHAUSTED"},
    {431, "request_too_large", "INVALID_ARGUMENT"},
    {500, "api_error", "INTERNAL"},
    {502, "api_error", "UNAVAILABLE"},
    {503, "overloaded_error", "UNAVAILABLE"},
    {504, "timeout_error", "DEADLINE_EXCEEDED"},
}};

const Kind& kind_of(int status) noexcept {
  const auto is_of = [](int wanted) {
    return [wanted](const Kind& each) { return each.status == wanted; };
  };
  const auto found = std::ranges::find_if(kinds, is_of(status));
  if (found != kinds.end()) return *found;
  return *std::ranges::find_if(kinds, is_of(status < 500 ? 400 : 500));
}

std::string anthropic_body(const NativeError& error) {
  std::string body = R"({"type":"error","error":{"type":)";
  append_json_string(kind_of(error.status).anthropic, body);
  body += R"(,"message":)";
  append_json_string(error.message, body);
  body += R"(},"request_id":)";
  append_json_string(error.request_id, body);
  return body += '}';
}

// A duration of theirs is seconds with up to nine digits behind the point.
void append_retry(std::chrono::nanoseconds wait, std::string& body) {
  const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(wait).count();
  body += R"(,"details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":")";
  body += format_decimal(static_cast<std::uint64_t>(milliseconds), 3) + R"(s"}])";
}

std::string gemini_body(const NativeError& error) {
  std::string body = R"({"error":{"code":)" + std::to_string(error.status) + R"(,"message":)";
  append_json_string(error.message, body);
  body += R"(,"status":)";
  append_json_string(kind_of(error.status).gemini, body);
  if (error.wait) append_retry(*error.wait, body);
  return body += "}}";
}

}  // namespace

std::string native_error_body(NativeErrorForm form, const NativeError& error) {
  return form == NativeErrorForm::anthropic ? anthropic_body(error) : gemini_body(error);
}

}  // namespace llmgw::proxy
