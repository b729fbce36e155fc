// SPDX-License-Identifier: MIT
// Anthropic's errors in OpenAI's form.
#include "proxy/provider/anthropic/answer_error.hpp"

#include <gtest/gtest.h>

#include <string>

namespace llmgw::proxy {
namespace {

std::string body(std::string_view type, std::string_view message, std::string_view rest = "") {
  return R"({"type":"error","error":{"type":")" + std::string(type) + R"(","message":")" +
         std::string(message) + "\"" + std::string(rest) + R"(},"request_id":"req_011CS"})";
}

struct Case {
  int upstream;
  std::string_view upstream_type;
  int status;
  std::string_view type;
  std::string_view code;
};

TEST(AnthropicError, EachRow) {
  const Case cases[] = {
      {400, "invalid_request_error", 400, "invalid_request_error", ""},
      {401, "authentication_error", 502, "upstream_error", "upstream_auth_failed"},
      {402, "billing_error", 429, "insufficient_quota", "insufficient_quota"},
      {403, "permission_error", 403, "permission_error", ""},
      {404, "not_found_error", 404, "invalid_request_error", "model_not_found"},
      {409, "conflict_error", 409, "conflict_error", ""},
      {413, "request_too_large", 413, "invalid_request_error", "request_too_large"},
      {418, "odd_error", 418, "invalid_request_error", ""},
      {429, "rate_limit_error", 429, "rate_limit_error", "rate_limit_exceeded"},
      {500, "api_error", 500, "server_error", ""},
      {502, "api_error", 502, "server_error", ""},
      {503, "api_error", 503, "server_error", "overloaded"},
      {504, "timeout_error", 504, "server_error", "timeout"},
      {302, "", 502, "upstream_error", "upstream_invalid_response"},
  };
  for (const Case& each : cases) {
    const TranslatedError error =
        anthropic_error(each.upstream, body(each.upstream_type, "because"));
    EXPECT_EQ(error.status, each.status) << each.upstream;
    EXPECT_EQ(error.type, each.type) << each.upstream;
    EXPECT_EQ(error.code, each.code) << each.upstream;
    EXPECT_EQ(error.upstream_type, each.upstream_type);
    EXPECT_EQ(error.upstream_status, each.upstream);
    EXPECT_EQ(error.request_id, "req_011CS");
    EXPECT_EQ(error.param, "");
    EXPECT_TRUE(each.upstream == 401 || error.message == "because") << error.message;
  }
}

TEST(AnthropicError, S17OverloadIs503) {
  const TranslatedError error = anthropic_error(529, body("overloaded_error", "Overloaded"));
  EXPECT_EQ(error.status, 503);
  EXPECT_EQ(error.type, "server_error");
  EXPECT_EQ(error.code, "overloaded");
  EXPECT_EQ(to_json(error, "claude"),
            R"({"error":{"message":"Overloaded","type":"server_error","param":null,)"
            R"("code":"overloaded"},"upstream":{"provider":"claude","status":529,)"
            R"("type":"overloaded_error","request_id":"req_011CS"}})");
}

TEST(AnthropicError, BadRequestsAreToldApart) {
  const std::string_view bad = "invalid_request_error";
  EXPECT_EQ(anthropic_error(400, body(bad, "prompt is too long: 210000 tokens > 200000")).code,
            "context_length_exceeded");
  EXPECT_EQ(anthropic_error(400, body(bad, "m", R"(,"details":{"error_code":"odd_tool"})")).code,
            "odd_tool");
  const TranslatedError limit = anthropic_error(
      400, body(bad, "m", R"(,"details":{"error_code":"contract_spend_limit_reached"})"));
  EXPECT_EQ(limit.status, 429);
  EXPECT_EQ(limit.type, "insufficient_quota");
  EXPECT_EQ(limit.code, "insufficient_quota");
}

TEST(AnthropicError, BodiesThatTellNothing) {
  for (const std::string_view each :
       {"", "<html>Bad gateway</html>", "[]", "7", "{}", R"({"error":{}})", R"({"error":null})",
        R"({"error":{"type":7,"message":{}}})"}) {
    const TranslatedError error = anthropic_error(502, each);
    EXPECT_EQ(error.status, 502);
    EXPECT_EQ(error.type, "server_error");
    EXPECT_EQ(error.message, "upstream answered 502 without a readable error") << each;
  }
  EXPECT_EQ(anthropic_error(500, R"({"error":"as a text"})").message, "as a text");
}

TEST(AnthropicError, NoKeyIsRepeated) {
  const TranslatedError refused =
      anthropic_error(401, body("authentication_error", "invalid key of-any-form"));
  EXPECT_EQ(refused.message.find("of-any-form"), refused.message.npos);
  const TranslatedError named =
      anthropic_error(403, body("permission_error", "key sk-ant-api03-AbC_123-xyz is not allowed"));
  EXPECT_EQ(named.message, "key sk-*** is not allowed");
}

TEST(AnthropicError, MessagesAreUnescapedAndBounded) {
  EXPECT_EQ(anthropic_error(400, body("x", R"(a \"b\" \u00e4\n)")).message, "a \"b\" \xc3\xa4\n");
  std::string longest;
  for (int i = 0; i < 3000; ++i) longest += "\xc3\xa4";
  EXPECT_EQ(anthropic_error(400, body("x", longest)).message.size(), 4096u);
  EXPECT_EQ(anthropic_error(400, body("x", "a" + longest)).message.size(), 4095u);
}

TEST(AnthropicError, InAnswersWhoseStatusIsGood) {
  for (const std::string_view answer :
       {"", "[]", "null", "<html>", "{}", R"({"type":"message","content":[]})",
        R"({"type":"message","error":{"type":"api_error"}})", R"({"error":null})"})
    EXPECT_FALSE(anthropic_error_in_answer(answer)) << answer;
  const auto overloaded = anthropic_error_in_answer(body("overloaded_error", "Busy"));
  ASSERT_TRUE(overloaded);
  EXPECT_EQ(overloaded->status, 503);
  EXPECT_EQ(overloaded->code, "overloaded");
  EXPECT_EQ(overloaded->message, "Busy");
  EXPECT_EQ(anthropic_error_in_answer(R"({"error":{"message":"m"}})").value().status, 500);
  EXPECT_EQ(anthropic_error_in_answer(R"({"error":"m"})").value().message, "m");
  EXPECT_EQ(anthropic_error_in_answer(body("authentication_error", "sk-1")).value().code,
            "upstream_auth_failed");
}

TEST(AnthropicError, EventsHaveTheStatusOfTheirKind) {
  const std::pair<std::string_view, int> kinds[] = {
      {"invalid_request_error", 400}, {"authentication_error", 502}, {"billing_error", 429},
      {"permission_error", 403},      {"not_found_error", 404},      {"conflict_error", 409},
      {"request_too_large", 413},     {"rate_limit_error", 429},     {"api_error", 500},
      {"timeout_error", 504},         {"overloaded_error", 503},     {"novel_error", 500}};
  for (const auto& [kind, status] : kinds)
    EXPECT_EQ(anthropic_error_event(body(kind, "m")).status, status) << kind;
}

}  // namespace
}  // namespace llmgw::proxy
