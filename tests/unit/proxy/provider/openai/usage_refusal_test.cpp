// SPDX-License-Identifier: MIT
// Refusals as servers word them, and what only looks like one.
#include "proxy/provider/openai/usage_refusal.hpp"

#include <gtest/gtest.h>

#include "tests/unit/proxy/metering/replies.hpp"

namespace llmgw::proxy {
namespace {

std::string with_message(const std::string& message) {
  return nlohmann::json{
      {"error", {{"message", message}, {"type", "invalid_request_error"}, {"param", nullptr}}}}
      .dump();
}

TEST(UsageRefusal, IsKnownAsEachServerWordsIt) {
  for (const char* file :
       {"azure_refuses_stream_options.json", "azure_data_sources_refuses_stream_options.json",
        "azure_ai_refuses_stream_options.json", "bedrock_refuses_stream_options.json",
        "fireworks_refuses_stream_options.json", "google_refuses_stream_options.json",
        "mistral_refuses_stream_options.json", "openai_refuses_stream_options.json",
        "tgi_refuses_stream_options.txt", "venice_refuses_stream_options.json",
        "vllm_refuses_stream_options.json"})
    EXPECT_TRUE(refuses_usage_option(read_reply_file(file))) << file;
}

TEST(UsageRefusal, IsToldByTheParameterOrTheLocation) {
  for (const char* text :
       {R"({"error":{"param":"stream_options"}})",
        R"({"error":{"param":"stream_options.include_usage"}})", R"({"param":"stream_options"})",
        R"({"detail":[{"loc":["body","stream_options"]}]})",
        R"({"detail":[{"loc":["body","x"]},{"loc":["stream_options","include_usage"]}]})",
        R"({"error":{"message":"Unrecognized request arguments supplied: a, stream_options"}})",
        R"([{"error":{"message":"Unknown parameter: 'stream_options'."}}])",
        "unknown field `stream_options`"})
    EXPECT_TRUE(refuses_usage_option(text)) << text;
}

// Each of them a client can bring about, or the upstream says it of something else.
TEST(UsageRefusal, IsNoneBecauseTheNameOccurs) {
  for (const std::string& text :
       {with_message("Unrecognized request argument supplied: stream_options_"),
        with_message("Unrecognized request argument supplied: my_stream_options"),
        with_message("Unrecognized request arguments supplied: stream_options_, x"),
        with_message("Unknown parameter: 'stream_options_x'."),
        with_message("Invalid value: 'stream_options'."),
        with_message("you said: 'stream_options' is a fine thing"),
        std::string(R"({"error":{"message":"x","param":"stream_options_"}})"),
        std::string(R"({"error":{"message":"x","param":"messages.0.stream_options"}})"),
        std::string(R"({"error":{"param":"stream"}})"),
        std::string(R"({"detail":[{"loc":["body","messages",0,"stream_options"]}]})"),
        std::string(R"({"detail":[{"loc":["body","stream_options_"],"input":"stream_options"}]})"),
        std::string(R"({"detail":[{"loc":["body"]},{"loc":[]},{"loc":"stream_options"}]})"),
        std::string(
            R"({"choices":[{"message":{"content":"Unknown parameter: 'stream_options'"}}]})"),
        std::string(R"({"error":{"message":{"a":["stream_options"]}}})"),
        std::string("stream_options"), std::string(R"("stream_options")"), std::string("[]"),
        std::string("null"), std::string()})
    EXPECT_FALSE(refuses_usage_option(text)) << text;
}

TEST(UsageRefusal, IsReadAtEveryCut) {
  const std::string text = read_reply_file("vllm_refuses_stream_options.json");
  for (std::size_t size = 0; size < text.size(); ++size)
    refuses_usage_option(std::string_view(text).substr(0, size));
  EXPECT_FALSE(refuses_usage_option(std::string(8'000, '[') + std::string(8'000, ']')));
}

}  // namespace
}  // namespace llmgw::proxy
