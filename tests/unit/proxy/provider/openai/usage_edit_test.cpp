// SPDX-License-Identifier: MIT
// Which requests are asked for their usage, and which answers are read for it.
#include "proxy/provider/openai/usage_edit.hpp"

#include <gtest/gtest.h>

namespace llmgw::proxy {
namespace {

http::FieldStorage storage;

TEST(UsageEdit, ConcernsStreamsThatSayNothingOfTheirUsage) {
  const auto concerns = [](RequestFacts facts, bool is_all) {
    return openai_usage_edit.may_concern(facts, is_all);
  };
  EXPECT_TRUE(concerns({.model = {}, .stream = true, .wants_usage = {}}, true));
  EXPECT_TRUE(concerns({.model = {}, .stream = true, .wants_usage = {}}, false));
  EXPECT_FALSE(concerns({.model = {}, .stream = false, .wants_usage = {}}, false));
  for (const bool wants_usage : {true, false})
    EXPECT_FALSE(concerns(
        {.model = {}, .stream = true, .decides_usage = true, .wants_usage = wants_usage}, false));
  // Whether it is one may still come.
  EXPECT_TRUE(concerns({.model = {}, .stream = {}, .wants_usage = {}}, false));
  EXPECT_FALSE(concerns({.model = {}, .stream = {}, .wants_usage = {}}, true));
}

TEST(UsageEdit, AddsTheOptionAndTakesNothingAway) {
  const std::string_view body = R"({"stream":true,"model":"m"} )";
  const auto edited = openai_usage_edit.edit(body);
  ASSERT_TRUE(edited.has_value());
  EXPECT_EQ(std::string(edited->front) + edited->text + std::string(edited->back),
            R"({"stream":true,"model":"m","stream_options":{"include_usage":true}} )");
  EXPECT_EQ(edited->size(), body.size() + edited->text.size());
  EXPECT_FALSE(openai_usage_edit.edit(R"({"stream":false})").has_value());
}

TEST(UsageEdit, MayAskForUsageOnEveryChunk) {
  const auto edited = openai_continuous_usage_edit.edit(R"({"stream":true})");
  ASSERT_TRUE(edited.has_value());
  EXPECT_EQ(
      std::string(edited->front) + edited->text + std::string(edited->back),
      R"({"stream":true,"stream_options":{"include_usage":true,"continuous_usage_stats":true}})");
  EXPECT_FALSE(openai_continuous_usage_edit.edit(R"({"stream":true,"stream_options":{}})"));
  for (const char* refusal :
       {R"({"error":{"param":"stream_options.continuous_usage_stats"}})",
        R"({"detail":[{"loc":["body","stream_options","continuous_usage_stats"],"msg":"no"}]})",
        R"({"error":{"message":"unknown field `continuous_usage_stats`"}})"})
    EXPECT_TRUE(openai_continuous_usage_edit.is_refusal(refusal)) << refusal;
}

bool may_be_asked(const std::string& line, const std::string& fields) {
  const std::string text = line + " HTTP/1.1\r\nHost: g\r\nContent-Length: 1\r\n" + fields + "\r\n";
  const auto head = http::parse_request_head(text, storage);
  EXPECT_TRUE(head.has_value()) << text;
  return openai_usage_edit.may_concern(*head);
}

TEST(UsageEdit, ChatCompletionsInJsonMayBeAskedForUsage) {
  const std::string chat = "POST /v1/chat/completions";
  EXPECT_TRUE(may_be_asked(chat, ""));
  EXPECT_TRUE(may_be_asked(chat + "?api-version=1", "Content-Type: application/json\r\n"));
  EXPECT_TRUE(may_be_asked(chat, "content-type: Application/JSON ; charset=utf-8\r\n"));
  EXPECT_TRUE(may_be_asked(chat, "Content-Encoding: identity\r\nCache-Control: no-cache\r\n"));
  for (const char* field :
       {"Content-Type: multipart/form-data; boundary=x", "Content-Type: text/plain",
        "Cache-Control: no-transform", "cache-control: no-cache, no-transform"})
    EXPECT_TRUE(may_be_asked(chat, std::string(field) + "\r\n")) << field;
  // Azure's clients ask for the same.
  EXPECT_TRUE(may_be_asked("POST /openai/deployments/d/chat/completions?api-version=1", ""));
  EXPECT_TRUE(may_be_asked("POST /openai/v1/chat/completions", ""));
  for (const char* line :
       {"GET /v1/chat/completions", "POST /v1/completions", "POST /v1/responses",
        "POST /v1/chat/completions/x", "POST /v1/x/v1/chat/completions",
        "POST /openai/deployments/d/completions", "POST /openai/chat/completions",
        "POST /openai/deployments/d/chat/completions/x", "POST /openai/v1/responses"})
    EXPECT_FALSE(may_be_asked(line, "")) << line;
  for (const char* field : {"Content-Encoding: gzip", "Content-MD5: x", "Digest: x",
                            "Content-Digest: x", "repr-digest: x", "Signature: x"})
    EXPECT_FALSE(may_be_asked(chat, std::string(field) + "\r\n")) << field;
}

bool is_filtered(const std::string& status, const std::string& fields) {
  const std::string text = "HTTP/1.1 " + status + " X\r\n" + fields + "\r\n";
  const auto head = http::parse_response_head(text, storage, false);
  EXPECT_TRUE(head.has_value()) << text;
  return openai_usage_edit.edit_of_answer(*head) != nullptr;
}

TEST(UsageEdit, StreamsThatCanBeReadAreFiltered) {
  const std::string events = "Content-Type: text/event-stream; charset=utf-8\r\n";
  EXPECT_TRUE(is_filtered("200", events));
  EXPECT_TRUE(is_filtered("200", events + "Content-Length: 5\r\n"));
  EXPECT_TRUE(is_filtered("200", "Transfer-Encoding: chunked\r\n"));
  EXPECT_TRUE(
      is_filtered("200", "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n"));
  EXPECT_FALSE(is_filtered("200", events + "Content-Encoding: gzip\r\n"));
  EXPECT_FALSE(is_filtered("200", "Content-Type: application/json\r\nContent-Length: 5\r\n"));
  EXPECT_FALSE(is_filtered("200", "Content-Type: audio/mpeg\r\n"));
  EXPECT_FALSE(is_filtered("400", events));
  EXPECT_FALSE(is_filtered("204", events));
}

}  // namespace
}  // namespace llmgw::proxy
