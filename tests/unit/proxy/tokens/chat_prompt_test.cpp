// SPDX-License-Identifier: MIT
// Prompts whose bill is known, and what each kind of part makes of the quality.
#include "proxy/tokens/chat_prompt.hpp"

#include <gtest/gtest.h>

#include <string>

#include "proxy/tokens/counter.hpp"

namespace llmgw::proxy {
namespace {

PromptCount count(std::string_view model, std::string_view body) {
  const ModelFamily* const family = family_of(model);
  EXPECT_NE(family, nullptr);
  const auto counted = count_prompt(*family, body);
  EXPECT_TRUE(counted.has_value()) << body;
  return counted.value_or(PromptCount{});
}

std::string message(std::string_view role, std::string_view content, std::string_view name = {}) {
  std::string text = R"({"role":")" + std::string(role) + '"';
  if (!name.empty()) text += R"(,"name":")" + std::string(name) + '"';
  return text + R"(,"content":")" + std::string(content) + "\"}";
}

std::string chat(std::string_view messages, std::string_view more = {}) {
  return R"({"model":"m","messages":[)" + std::string(messages) + "]" + std::string(more) + "}";
}

std::uint64_t old(std::string_view messages, std::string_view more = {}) {
  return count("gpt-3.5-turbo", chat(messages, more)).tokens;
}

TEST(ChatPrompt, PlainChatsAsBilled) {
  EXPECT_EQ(old(message("user", "hello")), 8U);
  EXPECT_EQ(old(message("user", "hello world")), 9U);
  EXPECT_EQ(old(message("system", "hello")), 8U);
  EXPECT_EQ(old(message("system", "hello:")), 9U);
  EXPECT_EQ(old(message("system", "# Important: you're the best robot") + "," +
                message("user", "hello robot") + "," + message("assistant", "hello world")),
            27U);
  const PromptCount plain = count("gpt-4-0613", chat(message("user", "hello")));
  EXPECT_EQ(plain.quality, Quality::exact);
  EXPECT_FALSE(plain.has_parts);
}

// The provider's own example, in its cookbook.
TEST(ChatPrompt, SixMessagesWithNames) {
  const std::string body = chat(
      message("system",
              "You are a helpful, pattern-following assistant that translates corporate "
              "jargon into plain English.") +
      "," + message("system", "New synergies will help drive top-line growth.", "example_user") +
      "," +
      message("system", "Things working well together will increase revenue.",
              "example_assistant") +
      "," +
      message("system",
              "Let's circle back when we have more bandwidth to touch base on "
              "opportunities for increased leverage.",
              "example_user") +
      "," +
      message("system", "Let's talk later when we're less busy about how to do better.",
              "example_assistant") +
      "," +
      message("user",
              "This late pivot means we don't have time to boil the ocean for the client "
              "deliverable."));
  EXPECT_EQ(count("gpt-3.5-turbo-0125", body).tokens, 129U);
  EXPECT_EQ(count("gpt-4", body).tokens, 129U);
  EXPECT_EQ(count("gpt-4o", body).tokens, 124U);
  EXPECT_EQ(count("gpt-4o-mini-2024-07-18", body).tokens, 124U);
  EXPECT_EQ(count("gpt-5-mini", body).tokens, 123U);  // one less
  EXPECT_EQ(count("o1-mini", body).tokens, 131U);     // seven more
}

TEST(ChatPrompt, PartsOfTextAreAddedUp) {
  const std::string parts =
      R"({"role":"user","content":[{"type":"text","text":"hel"},{"type":"text","text":"lo"}]})";
  EXPECT_EQ(old(parts),
            8U + count_tokens(Encoding::cl100k, "hel") + count_tokens(Encoding::cl100k, "lo") - 1);
  EXPECT_EQ(count("gpt-4", chat(parts)).quality, Quality::exact);
  EXPECT_EQ(old(R"({"role":"assistant","content":null})"), 7U);
}

TEST(ChatPrompt, EscapesStandForWhatTheyMean) {
  EXPECT_EQ(old(R"({"role":"user","content":"h\u0065llo"})"), 8U);
  EXPECT_EQ(old(R"({"role":"user","content":"\ud83c\udf0d\n"})"),
            7U + count_tokens(Encoding::cl100k, "🌍\n"));
  EXPECT_EQ(old(R"({"role":"user","content":"\ud83c"})"),
            7U + count_tokens(Encoding::cl100k, "\ufffd"));
}

std::string functions(std::string_view all) { return R"(,"functions":[)" + std::string(all) + "]"; }
std::string tools(std::string_view function, std::string_view more = {}) {
  return R"(,"tools":[{"type":"function","function":)" + std::string(function) + "}]" +
         std::string(more);
}

constexpr std::string_view foo = R"({"name":"foo","parameters":{"type":"object","properties":{}}})";
constexpr std::string_view described =
    R"({"name":"foo","description":"Do a foo","parameters":{"type":"object","properties":{}}})";

// Nested objects, lists, choices, and descriptions on the first level.
constexpr std::string_view recipe = R"-({"name":"get_recipe","parameters":{"type":"object",
  "required":["ingredients","instructions","time_to_cook"],"properties":{
  "ingredients":{"type":"array","items":{"type":"object","required":["name","unit","amount"],
    "properties":{"name":{"type":"string"},
    "unit":{"enum":["grams","ml","cups","pieces","teaspoons"],"type":"string"},
    "amount":{"type":"number"}}}},
  "instructions":{"type":"array","items":{"type":"string"},
    "description":"Steps to prepare the recipe (no numbering)"},
  "time_to_cook":{"type":"number",
    "description":"Total time to prepare the recipe in minutes"}}}})-";

TEST(ChatPrompt, ToolsAsBilled) {
  const std::string hello = message("user", "hello");
  EXPECT_EQ(old(hello, functions(foo)), 31U);
  EXPECT_EQ(old(hello, tools(foo)), 31U);
  EXPECT_EQ(old(hello, tools(described)), 36U);
  const auto bing_bong = [&hello](std::string_view properties) {
    return old(hello, tools(R"({"name":"bing_bong","description":"Do a bing bong","parameters":)"
                            R"({"type":"object","properties":{)" +
                            std::string(properties) + "}}}"));
  };
  EXPECT_EQ(bing_bong(R"("foo":{"type":"string"})"), 49U);
  EXPECT_EQ(
      bing_bong(R"("foo":{"type":"string"},"bar":{"type":"number","description":"A number"})"),
      57U);
  EXPECT_EQ(bing_bong(R"("foo":{"type":"object","properties":{"bar":{"type":"string",)"
                      R"("enum":["a","b","c"]},"baz":{"type":"boolean"}}})"),
            68U);
  EXPECT_EQ(old(hello, tools(recipe)), 106U);
}

TEST(ChatPrompt, ToolsBesideASystemMessage) {
  const std::string do_stuff =
      tools(R"({"name":"do_stuff","parameters":{"type":"object","properties":{}}})");
  const std::string hi = message("user", "Hi there");
  EXPECT_EQ(old(message("system", "Hello") + "," + hi, do_stuff), 35U);
  EXPECT_EQ(old(message("system", "Hello:") + "," + hi, do_stuff), 35U);
  EXPECT_EQ(
      old(message("system", "Hello:") + "," + message("system", "Hello") + "," + hi, do_stuff),
      40U);
}

TEST(ChatPrompt, ChoiceOfATool) {
  const std::string hello = message("user", "hello");
  EXPECT_EQ(old(hello, tools(foo, R"(,"tool_choice":"auto")")), 31U);
  EXPECT_EQ(old(hello, tools(foo, R"(,"tool_choice":"none")")), 32U);
  EXPECT_EQ(
      old(hello, tools(foo, R"(,"tool_choice":{"type":"function","function":{"name":"foo"}})")),
      36U);
}

TEST(ChatPrompt, QualityOfParts) {
  const std::string hello = message("user", "hello");
  const auto quality = [](std::string_view model, const std::string& body) {
    const PromptCount counted = count(model, body);
    EXPECT_TRUE(counted.has_parts);
    return counted.quality;
  };
  EXPECT_EQ(quality("gpt-4o", chat(hello, tools(foo))), Quality::close);
  EXPECT_EQ(quality("gpt-5", chat(hello, tools(foo))), Quality::rough);
  EXPECT_EQ(quality("gpt-4o", chat(hello, tools(R"({"name":"f","parameters":{"properties":{)"
                                                R"("x":{"anyOf":[]}}}})"))),
            Quality::rough);
  EXPECT_EQ(quality("gpt-4o", chat(R"({"role":"tool","tool_call_id":"c","content":"1"})")),
            Quality::rough);
  EXPECT_EQ(quality("gpt-4o", chat(R"({"role":"assistant","content":null,"tool_calls":[{"id":"c",)"
                                   R"("function":{"name":"f","arguments":"{}"}}]})")),
            Quality::rough);
  EXPECT_EQ(quality("gpt-4o",
                    chat(R"({"role":"user","content":[{"type":"input_audio","input_audio":{}}]})")),
            Quality::rough);
  EXPECT_EQ(quality("gpt-4o", chat(R"({"role":"user","content":[{"type":"image_url",)"
                                   R"("image_url":{"url":"https://example.com/a.png"}}]})")),
            Quality::rough);
}

TEST(ChatPrompt, SchemasCountCompact) {
  const std::string hello = message("user", "hello");
  const auto with = [&hello](std::string_view schema) {
    return old(hello, R"(,"response_format":{"type":"json_schema","json_schema":{"name":"n",)"
                      R"("schema":)" +
                          std::string(schema) + "}}");
  };
  EXPECT_EQ(with(R"({"type": "object",
                     "title" : "a \" b"})"),
            8U + count_tokens(Encoding::cl100k, R"({"type":"object","title":"a \" b"})"));
}

TEST(ChatPrompt, ImagesByTheirSize) {
  // A PNG of 1024 by 1024: after scaling four tiles.
  const std::string image =
      R"({"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,)"
      R"(iVBORw0KGgoAAAANSUhEUgAABAAAAAQACAYAAAB/HSuD"DETAIL}}]})";
  const auto with = [&image](std::string_view model, std::string_view detail) {
    std::string body = image;
    body.replace(body.find("DETAIL"), 6, detail);
    return count(model, chat(body));
  };
  EXPECT_EQ(with("gpt-4o", "").tokens, 7U + 85 + 4 * 170);
  EXPECT_EQ(with("gpt-4o", R"(,"detail":"low")").tokens, 7U + 85);
  EXPECT_EQ(with("gpt-4o-mini", "").tokens, 7U + 2833 + 4 * 5667);
  EXPECT_EQ(with("gpt-4.1-mini", "").tokens, 7U + 1659);  // 1024 patches by 1.62
  EXPECT_EQ(with("gpt-4o", "").quality, Quality::close);
  EXPECT_EQ(with("gpt-4", "").tokens, 7U + 800);
  EXPECT_EQ(with("gpt-4", "").quality, Quality::rough);
}

TEST(ChatPrompt, ResponsesApi) {
  EXPECT_EQ(count("gpt-4o", R"({"input":"hello"})").tokens, 8U);
  EXPECT_EQ(count("gpt-5", R"({"input":"hello"})").tokens, 7U);
  EXPECT_EQ(count("gpt-4o", R"({"instructions":"hello","input":"hello"})").tokens, 13U);
  EXPECT_EQ(count("gpt-4o", R"({"input":[{"role":"user","content":[{"type":"input_text",)"
                            R"("text":"hello"}]}]})")
                .tokens,
            8U);
  EXPECT_EQ(count("gpt-4o", R"({"input":"hello","previous_response_id":"r"})").quality,
            Quality::lower_bound);
  const PromptCount call =
      count("gpt-4o", R"({"input":[{"type":"function_call","name":"hello","arguments":"hello"}]})");
  EXPECT_EQ(call.tokens, 8U);
  EXPECT_EQ(call.quality, Quality::rough);
}

TEST(ChatPrompt, EmbeddingsAndCompletions) {
  EXPECT_EQ(count("text-embedding-3-small", R"({"input":"hello world"})").tokens, 2U);
  EXPECT_EQ(count("text-embedding-3-small", R"({"input":["hello","world"]})").tokens, 2U);
  EXPECT_EQ(count("text-embedding-ada-002", R"({"input":[1,2,3]})").tokens, 3U);
  EXPECT_EQ(count("text-embedding-ada-002", R"({"input":[[1,2],[3]]})").tokens, 3U);
  EXPECT_EQ(count("gpt-3.5-turbo-instruct", R"({"prompt":"hello world"})").tokens, 2U);
}

TEST(ChatPrompt, WhatCannotBeCounted) {
  const ModelFamily& family = *family_of("gpt-4o");
  for (const std::string_view body :
       {"", "{", "null", "[]", "{}", R"({"messages":null})", R"({"messages":[{"role":"user)",
        R"({"file":"x"})", "no json"})
    EXPECT_FALSE(count_prompt(family, body).has_value()) << body;
  EXPECT_EQ(count("gpt-4o", R"( {"messages":[]} )").tokens, 3U);
}

TEST(ModelFamily, NamesWithAllThatIsAroundThem) {
  EXPECT_EQ(family_of("gpt-4o-2024-08-06")->prefix, "gpt-4o");
  EXPECT_EQ(family_of("gpt-4o-mini-2024-07-18")->prefix, "gpt-4o-mini");
  EXPECT_EQ(family_of("ft:gpt-4o-mini-2024-07-18:org::id")->prefix, "gpt-4o-mini");
  EXPECT_EQ(family_of("openai/gpt-4.1-nano")->prefix, "gpt-4.1-nano");
  EXPECT_EQ(family_of("gpt-4-turbo")->encoding, Encoding::cl100k);
  EXPECT_EQ(family_of("gpt-35-turbo")->encoding, Encoding::cl100k);
  EXPECT_EQ(family_of("gpt-5.1-codex")->prefix, "gpt-5");
  EXPECT_EQ(family_of("o3-mini")->prefix, "o3");
  for (const std::string_view unknown :
       {"", "claude-sonnet-4-5", "gemini-2.5-pro", "gpt-4x", "gpt-40", "llama-3", "o11"})
    EXPECT_EQ(family_of(unknown), nullptr) << unknown;
}

}  // namespace
}  // namespace llmgw::proxy
