// SPDX-License-Identifier: MIT
// Kinds of errors by status.
#include "tests/mock_upstream/errors.hpp"

#include "tests/mock_upstream/content_filter.hpp"

namespace llmgw::mock {
namespace {

std::string_view anthropic_type(int status) {
  switch (status) {
    case 401: return "authentication_error";
    case 402: return "billing_error";
    case 403: return "permission_error";
    case 404: return "not_found_error";
    case 409: return "conflict_error";
    case 413: return "request_too_large";
    case 429: return "rate_limit_error";
    case 504: return "timeout_error";
    case 503:
    case 529: return "overloaded_error";
    default: return status < 500 ? "invalid_request_error" : "api_error";
  }
}

std::string_view gemini_status(int status) {
  switch (status) {
    case 401: return "UNAUTHENTICATED";
    case 403: return "PERMISSION_DENIED";
    case 404: return "NOT_FOUND";
    case 409: return "ABORTED";
    case 429: return "RESOURCE_EXHAUSTED";
    case 500: return "INTERNAL";
    case 501: return "UNIMPLEMENTED";
    case 504: return "DEADLINE_EXCEEDED";
    default: return status < 500 ? "INVALID_ARGUMENT" : "UNAVAILABLE";
  }
}

std::string azure_code(int status) {
  switch (status) {
    case 404: return "DeploymentNotFound";
    case 500: return "InternalServerError";
    case 503: return "ServiceUnavailable";
    default: return std::to_string(status);
  }
}

Json anthropic_error(const Call& call, int status, std::string_view message) {
  return {{"type", "error"},
          {"error", {{"type", anthropic_type(status)}, {"message", message}}},
          {"request_id", "req_mock_" + std::to_string(call.number)}};
}

Json typed(std::string_view type, Json rest) {
  Json detail = {{"@type", "type.googleapis.com/google.rpc." + std::string(type)}};
  detail.update(rest);
  return detail;
}

Json gemini_details(const Call& call, int status, std::string_view message,
                    const ErrorDetail& about) {
  Json details = Json::array();
  if (!about.reason.empty()) {
    details.push_back(typed("ErrorInfo", {{"reason", about.reason}, {"domain", "googleapis.com"}}));
  }
  if (!about.field.empty()) {
    Json violation = {{"field", about.field}, {"description", message}};
    details.push_back(
        typed("BadRequest", {{"fieldViolations", Json::array({std::move(violation)})}}));
  }
  const std::size_t wait = call.behaviour.native.retry.value_or(1);
  if (status == 429 && wait > 0)
    details.push_back(typed("RetryInfo", {{"retryDelay", std::to_string(wait) + "s"}}));
  return details;
}

Json gemini_error(const Call& call, int status, std::string_view message,
                  const ErrorDetail& about) {
  Json error = {{"code", status}, {"message", message}, {"status", gemini_status(status)}};
  Json details = gemini_details(call, status, message, about);
  if (!details.empty()) error["details"] = std::move(details);
  return {{"error", std::move(error)}};
}

}  // namespace

std::string error_body(const Call& call, int status, std::string_view message,
                       const ErrorDetail& detail) {
  switch (call.dialect) {
    case Dialect::anthropic: return to_text(anthropic_error(call, status, message));
    case Dialect::gemini:
      return gemini_error(call, status, message, detail)
                 .dump(2, ' ', false, Json::error_handler_t::replace) +
             "\n";
    case Dialect::azure:
      return to_text({{"error", {{"code", azure_code(status)}, {"message", message}}}});
    case Dialect::openai: break;
  }
  return error_text(status, message);
}

Json stream_error(const Call& call, int otherwise) {
  const int status = call.behaviour.native.error.value_or(otherwise);
  constexpr std::string_view message = "mock stream error";
  if (call.dialect == Dialect::anthropic) return anthropic_error(call, status, message);
  if (call.dialect == Dialect::gemini) return gemini_error(call, status, message, {});
  return Json::parse(error_text(status, message));
}

std::string filtered_prompt(std::string_view category) {
  Json inner = {{"code", "ResponsibleAIPolicyViolation"},
                {"content_filter_result", filter_results(category)}};
  Json error = {{"message", "The response was filtered due to the prompt triggering a policy."},
                {"type", nullptr},
                {"param", "prompt"},
                {"code", "content_filter"},
                {"status", 400},
                {"innererror", std::move(inner)}};
  return to_text({{"error", std::move(error)}});
}

}  // namespace llmgw::mock
