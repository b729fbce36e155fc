// SPDX-License-Identifier: MIT
// What Anthropic's refusal of a limit tells, and what none of it tells; and that a limit which was
// learnt is kept to.
#include "proxy/provider/anthropic/token_limit.hpp"

#include "proxy/provider/anthropic/translation.hpp"
#include "tests/unit/proxy/provider/anthropic/translated.hpp"

namespace llmgw::proxy {
namespace {

using anthropic::legal_max_tokens;

constexpr std::string_view recorded =
    "max_tokens: 1000000 > 64000, which is the maximum allowed number of output tokens for "
    "claude-sonnet-4-20250514";

TEST(AnthropicTokenLimit, IsTheSecondNumber) {
  EXPECT_EQ(legal_max_tokens(recorded, 1'000'000), 64'000u);
  EXPECT_EQ(legal_max_tokens("max_tokens: 2 > 1", 2), 1u);
  EXPECT_EQ(legal_max_tokens("max_tokens: 2 > 1 tokens", 2), 1u);
  EXPECT_EQ(legal_max_tokens("max_tokens: 18446744073709551615 > 18446744073709551614",
                             18'446'744'073'709'551'615U),
            18'446'744'073'709'551'614U);
}

TEST(AnthropicTokenLimit, IsNoneInAnyOtherText) {
  for (const std::string_view message :
       {"",
        "max_tokens",
        "max_tokens: ",
        "max_tokens: 9",
        "max_tokens: 9 >",
        "max_tokens: 9 > ",
        "max_tokens: 9 > , which",
        "max_tokens: 9 > x",
        "max_tokens: 9 > -1",
        "max_tokens: 9 > 0",
        "max_tokens: 9 > 00",
        "max_tokens: 9 > 9",
        "max_tokens: 9 > 10",
        "max_tokens: 9 > 5.5",
        "max_tokens: 9 > 5k",
        "max_tokens: 9 >  5",
        "max_tokens: 9 < 5",
        "max_tokens: 8 > 5",
        "max_tokens: 9.0 > 5",
        "max_tokens: -9 > 5",
        "max_tokens: 9 > 18446744073709551616",
        "max_tokens: 99999999999999999999999 > 5",
        "max_tokens: Field required",
        "max_tokens: 9 must be greater than thinking.budget_tokens",
        " max_tokens: 9 > 5",
        "messages.0: max_tokens: 9 > 5",
        "temperature: 9 > 5"})
    EXPECT_EQ(legal_max_tokens(message, 9), std::nullopt) << message;
  EXPECT_EQ(legal_max_tokens(recorded, 999'999), std::nullopt);
}

// No begin of it is taken for more than it is, but for one that ends behind a whole digit.
TEST(AnthropicTokenLimit, IsReadCutAtEveryByte) {
  for (std::size_t size = 0; size < recorded.size(); ++size) {
    const auto legal = legal_max_tokens(recorded.substr(0, size), 1'000'000);
    EXPECT_TRUE(!legal || std::string_view("64000").starts_with(std::to_string(*legal))) << size;
  }
}

std::optional<Lesson> lesson_of(const TranslatedRequest& sent, std::string_view message,
                                const TranslationTarget& target = plain_target()) {
  const std::string body =
      R"({"type":"error","error":{"type":"invalid_request_error","message":")" +
      std::string(message) + R"("}})";
  const Translation& translation = anthropic_translation();
  return translation.lesson(translation.error(400, body), target, sent);
}

TEST(AnthropicTokenLimit, TeachesOnlyOfTheGatewaysOwnLimitAndOnce) {
  const TranslatedRequest defaulted = translated(with(""));
  const std::string message = "max_tokens: 128000 > 64000, which is the maximum";
  EXPECT_EQ(lesson_of(defaulted, message),
            (Lesson{.kind = Lesson::Kind::max_tokens, .max_tokens = 64'000}));
  EXPECT_EQ(lesson_of(translated(with(R"("max_tokens":128000)")), message), std::nullopt);
  EXPECT_EQ(lesson_of(defaulted, "prompt is too long"), std::nullopt);
  TranslationTarget again = plain_target();
  again.lesson = Lesson{.kind = Lesson::Kind::max_tokens, .max_tokens = 64'000};
  EXPECT_EQ(lesson_of(defaulted, message, again), std::nullopt);
}

TEST(AnthropicTokenLimit, R6ThatWasLearntBoundsTheGatewaysOwn) {
  TranslationTarget target = plain_target();
  target.learnt.max_tokens = 64'000;
  EXPECT_EQ(sent(with(""), target)["max_tokens"], 64'000);
  EXPECT_EQ(translated(with(""), target).max_tokens, 64'000u);
  target.default_max_tokens = 100'000;
  EXPECT_EQ(sent(with(""), target)["max_tokens"], 64'000);
  target.default_max_tokens = 700;
  EXPECT_EQ(sent(with(""), target)["max_tokens"], 700);
  EXPECT_EQ(sent(with(R"("max_tokens":100000)"), target)["max_tokens"], 100'000);
}

}  // namespace
}  // namespace llmgw::proxy
