// SPDX-License-Identifier: MIT
// The table of kinds, and bodies that any message leaves well-formed.
#include "proxy/provider/native_error.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace llmgw::proxy {
namespace {

using nlohmann::json;

std::string anthropic(const NativeError& error) {
  return native_error_body(NativeErrorForm::anthropic, error);
}
std::string gemini(const NativeError& error) {
  return native_error_body(NativeErrorForm::gemini, error);
}

TEST(NativeError, IsOfTheFormThatClientsRead) {
  const NativeError error{404, "No model 'x'.", "req_1"};
  EXPECT_EQ(anthropic(error),
            R"({"type":"error","error":{"type":"not_found_error","message":"No model 'x'."},)"
            R"("request_id":"req_1"})");
  EXPECT_EQ(gemini(error),
            R"({"error":{"code":404,"message":"No model 'x'.","status":"NOT_FOUND"}})");
}

TEST(NativeError, HasTheKindOfEachStatus) {
  struct Row {
    int status;
    std::string_view anthropic;
    std::string_view gemini;
  };
  constexpr Row rows[] = {
      {400, "invalid_request_error", "INVALID_ARGUMENT"},
      {403, "permission_error", "PERMISSION_DENIED"},
      {404, "not_found_error", "NOT_FOUND"},
      {413, "request_too_large", "INVALID_ARGUMENT"},
      {429, "rate_limit_error", "RESOURCE_EXHAUSTED"},
      {502, "api_error", "UNAVAILABLE"},
      {503, "overloaded_error", "UNAVAILABLE"},
      {504, "timeout_error", "DEADLINE_EXCEEDED"},
      {405, "invalid_request_error", "INVALID_ARGUMENT"},
      {501, "api_error", "INTERNAL"},
  };
  for (const Row& row : rows) {
    const NativeError error{row.status, "m"};
    EXPECT_EQ(json::parse(anthropic(error))["error"]["type"], row.anthropic) << row.status;
    EXPECT_EQ(json::parse(gemini(error))["error"]["status"], row.gemini) << row.status;
    EXPECT_EQ(json::parse(gemini(error))["error"]["code"], row.status);
  }
}

TEST(NativeError, EscapesWhatItIsTold) {
  const NativeError error{400, "\"a\"\n\\\x01\xff", "\"r\""};
  EXPECT_EQ(json::parse(anthropic(error))["error"]["message"], "\"a\"\n\\\x01\ufffd");
  EXPECT_EQ(json::parse(anthropic(error))["request_id"], "\"r\"");
  EXPECT_EQ(json::parse(gemini(error))["error"]["message"], "\"a\"\n\\\x01\ufffd");
}

}  // namespace
}  // namespace llmgw::proxy
