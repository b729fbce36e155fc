// SPDX-License-Identifier: MIT
// Turns of a conversation, and whose result is whose.
#include "proxy/provider/chat/conversation.hpp"

#include <gtest/gtest.h>

namespace llmgw::proxy::chat {
namespace {

const TranslationTarget target{.model = "m", .provider = "p"};

std::string message(const std::string& role, const std::string& more = "") {
  return "{\"role\":\"" + role + "\",\"content\":\"x\"" + more + "}";
}
std::string call(const std::string& id) {
  return R"({"id":")" + id + R"(","function":{"name":"f","arguments":""}})";
}

TEST(ChatConversation, SystemMessagesAtTheFrontAreApart) {
  Losses losses(target);
  const std::string text = "[" + message("system") + "," + message("developer") + "," +
                           message("user") + "," + message("system") + "]";
  const auto conversation = Conversation::read(text, losses);
  ASSERT_TRUE(conversation);
  EXPECT_EQ(conversation->system().size(), 2u);
  EXPECT_EQ(conversation->rest().size(), 2u);
  EXPECT_EQ(conversation->rest()[1].path("content"), "messages[3].content");
}

TEST(ChatConversation, R1TurnsAlternateAndResultsAreInTheOrderOfTheCalls) {
  Losses losses(target);
  const std::string text = "[" + message("user") + "," +
                           message("assistant", ",\"tool_calls\":[" + call("a") + "]") + "," +
                           message("assistant", ",\"tool_calls\":[" + call("b") + "]") + "," +
                           message("tool", R"(,"tool_call_id":"\u0062")") + "," + message("user") +
                           "," + message("tool", R"(,"tool_call_id":"a")") + "]";
  const auto conversation = Conversation::read(text, losses);
  ASSERT_TRUE(conversation);
  TurnReader turns(*conversation, losses);
  const ChatTurn* turn = turns.next();
  ASSERT_TRUE(turn != nullptr && !turn->is_assistant && turn->results.empty());
  turn = turns.next();
  ASSERT_TRUE(turn != nullptr && turn->is_assistant);
  EXPECT_EQ(turn->messages.size(), 2u);
  ASSERT_EQ(turn->calls.size(), 2u);
  EXPECT_EQ(turn->calls[1].path(), "messages[2].tool_calls[0].function.arguments");
  turn = turns.next();
  ASSERT_TRUE(turn != nullptr && turns.is_last());
  ASSERT_EQ(turn->results.size(), 2u);
  EXPECT_EQ(turn->results[0]->index, 5u);
  EXPECT_EQ(turn->results[1]->index, 3u);
  EXPECT_EQ(turns.next(), nullptr);
  EXPECT_FALSE(losses.is_refused());
}

TEST(ChatConversation, FunctionsOfOldAnswerTheLastCallThatWaits) {
  Losses losses(target);
  const std::string one = R"(,"function_call":{"name":"f","arguments":"{}"})";
  const std::string text = "[" + message("assistant", one) + "," + message("assistant", one) + "," +
                           message("function", R"(,"name":"f")") + "," +
                           message("function", R"(,"name":"f")") + "]";
  const auto conversation = Conversation::read(text, losses);
  ASSERT_TRUE(conversation);
  TurnReader turns(*conversation, losses);
  ASSERT_NE(turns.next(), nullptr);
  const ChatTurn* const turn = turns.next();
  ASSERT_NE(turn, nullptr);
  EXPECT_EQ(turn->results[0]->index, 3u);
  EXPECT_EQ(turn->results[1]->index, 2u);
}

}  // namespace
}  // namespace llmgw::proxy::chat
