// SPDX-License-Identifier: MIT
// Gemini's errors in OpenAI's form.
#include "proxy/provider/gemini/answer_error.hpp"

#include <gtest/gtest.h>

#include <string>

namespace llmgw::proxy {
namespace {

std::string body(std::string_view status, std::string_view message, std::string_view details = "") {
  return R"({"error":{"code":1,"message":")" + std::string(message) + R"(","status":")" +
         std::string(status) + R"(","details":[)" + std::string(details) + "]}}";
}

struct Case {
  int upstream;
  std::string_view upstream_type;
  int status;
  std::string_view type;
  std::string_view code;
};

const Case cases[] = {
    {400, "INVALID_ARGUMENT", 400, "invalid_request_error", ""},
    {400, "FAILED_PRECONDITION", 400, "invalid_request_error", ""},
    {401, "UNAUTHENTICATED", 502, "upstream_error", "upstream_auth_failed"},
    {403, "PERMISSION_DENIED", 403, "permission_error", ""},
    {404, "NOT_FOUND", 404, "invalid_request_error", "model_not_found"},
    {409, "ABORTED", 409, "conflict_error", ""},
    {429, "RESOURCE_EXHAUSTED", 429, "rate_limit_error", "rate_limit_exceeded"},
    {499, "CANCELLED", 499, "invalid_request_error", ""},
    {500, "INTERNAL", 500, "server_error", ""},
    {501, "UNIMPLEMENTED", 501, "server_error", ""},
    {503, "UNAVAILABLE", 503, "server_error", "overloaded"},
    {504, "DEADLINE_EXCEEDED", 504, "server_error", "timeout"},
};

void expect_row(const TranslatedError& error, const Case& row) {
  EXPECT_EQ(error.status, row.status) << row.upstream_type;
  EXPECT_EQ(error.type, row.type) << row.upstream_type;
  EXPECT_EQ(error.code, row.code) << row.upstream_type;
  EXPECT_EQ(error.upstream_type, row.upstream_type);
  EXPECT_EQ(error.upstream_status, row.upstream);
}

TEST(GeminiError, EachRow) {
  for (const Case& row : cases)
    expect_row(gemini_error(row.upstream, body(row.upstream_type, "m")), row);
  expect_row(gemini_error(413, body("X", "m")),
             {413, "X", 413, "invalid_request_error", "request_too_large"});
}

TEST(GeminiError, EventsAreToldByTheirWords) {
  for (const Case& row : cases) expect_row(gemini_error_event(body(row.upstream_type, "m")), row);
  expect_row(gemini_error_event(R"({"error":{"code":503,"status":"ODD"}})"),
             {503, "ODD", 503, "server_error", "overloaded"});
  EXPECT_EQ(gemini_error_event(R"({"error":"as a text"})").message, "as a text");
  EXPECT_EQ(gemini_error_event(R"({"error":true})").status, 500);
}

TEST(GeminiError, BadRequestsAreToldApart) {
  const std::string context = body(
      "INVALID_ARGUMENT",
      "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).");
  EXPECT_EQ(gemini_error(400, context).code, "context_length_exceeded");
  EXPECT_EQ(gemini_error(400, "[" + context + "]").code, "context_length_exceeded");
  for (const std::string& refused :
       {body("INVALID_ARGUMENT", "API key not valid. Please pass a valid API key."),
        body("INVALID_ARGUMENT", "m", R"({"reason":"API_KEY_INVALID"})")}) {
    const TranslatedError error = gemini_error(400, refused);
    EXPECT_EQ(error.status, 502);
    EXPECT_EQ(error.code, "upstream_auth_failed");
    EXPECT_EQ(error.message, "The provider refused the gateway's key.");
  }
}

TEST(GeminiError, WaitIsToldByTheBody) {
  const std::pair<std::string_view, std::optional<std::uint64_t>> delays[] = {
      {"34.4s", 34400},
      {"0s", 0},
      {"1s", 1000},
      {"0.000000001s", 1},
      {"1.2345s", 1235},
      {"s", {}},
      {"", {}},
      {"-1s", {}},
      {"1.xs", {}},
      {"5", {}},
      {"99999999999s", 31'536'000'000},
      {"0.1230s", 123},
  };
  for (const auto& [delay, expected] : delays) {
    const std::string info =
        R"({"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":")" +
        std::string(delay) + "\"}";
    EXPECT_EQ(gemini_error(429, body("RESOURCE_EXHAUSTED", "m", "{}," + info)).retry_after_ms,
              expected)
        << delay;
  }
}

TEST(GeminiError, FieldsAreNamedAsTheClientDoes) {
  const std::pair<std::string_view, std::string_view> names[] = {
      {"generation_config.temperature", "temperature"},
      {"generationConfig.topP", "top_p"},
      {"generation_config.response_json_schema.properties[0]", "response_format"},
      {"generation_config.thinking_config.thinking_budget", "reasoning_effort"},
      {"generation_config.response_logprobs", "logprobs"},
      {"contents[0].parts", "messages"},
      {"contents", "messages"},
      {"system_instruction", "messages"},
      {"tools[0].function_declarations[0].parameters", "tools"},
      {"tool_config.mode", "tool_choice"},
      {"toolsets", ""},
      {"generation_config", ""},
      {"safety_settings", ""},
      {"", ""},
  };
  for (const auto& [field, param] : names) {
    const std::string info = R"({"fieldViolations":[{"field":")" + std::string(field) +
                             R"(","description":"d"},{"field":"contents"}]})";
    EXPECT_EQ(gemini_error(400, body("INVALID_ARGUMENT", "m", info)).param, param) << field;
  }
}

TEST(GeminiError, BodiesThatTellNothing) {
  for (const std::string_view each : {"", "<html>", "[]", "[1]", "{}", R"({"error":{}})", "null"})
    EXPECT_EQ(gemini_error(503, each).message, "upstream answered 503 without a readable error");
}

TEST(GeminiError, NoKeyIsRepeated) {
  EXPECT_EQ(gemini_error(403, body("PERMISSION_DENIED",
                                   "Key AIzaSyA-1234_5678 of ?key=AIzaSyB0000000000 is blocked"))
                .message,
            "Key AIza*** of ?key=*** is blocked");
}

TEST(GeminiError, InAnswersWhoseStatusIsGood) {
  for (const std::string_view answer :
       {"", "[]", "null", "<html>", "{}", R"({"candidates":[]})", R"({"error":null})", "[1]"})
    EXPECT_FALSE(gemini_error_in_answer(answer)) << answer;
  const std::string text = R"({"error":{"code":503,"message":"Busy","status":"UNAVAILABLE"}})";
  for (const std::string& each : {text, "[" + text + "]"}) {
    const auto error = gemini_error_in_answer(each);
    ASSERT_TRUE(error) << each;
    EXPECT_EQ(error->status, 503);
    EXPECT_EQ(error->code, "overloaded");
    EXPECT_EQ(error->message, "Busy");
  }
}

TEST(GeminiError, MessagesAreBounded) {
  std::string longest;
  for (int i = 0; i < 3000; ++i) longest += "\xc3\xa4";
  EXPECT_EQ(gemini_error(400, body("INVALID_ARGUMENT", longest)).message.size(), 4096u);
  EXPECT_EQ(gemini_error(400, body("INVALID_ARGUMENT", "a" + longest)).message.size(), 4095u);
}

TEST(GeminiError, AsABodyItNamesTheUpstream) {
  EXPECT_EQ(to_json(gemini_error(503, body("UNAVAILABLE", "Busy")), "google"),
            R"({"error":{"message":"Busy","type":"server_error","param":null,)"
            R"("code":"overloaded"},"upstream":{"provider":"google","status":503,)"
            R"("type":"UNAVAILABLE","request_id":null}})");
}

}  // namespace
}  // namespace llmgw::proxy
