// SPDX-License-Identifier: MIT
// What Gemini's refusal of signatures leads to, from step to step.
#include "proxy/provider/gemini/signature_refusal.hpp"

#include "proxy/provider/gemini/thought_signature.hpp"
#include "proxy/provider/gemini/translation.hpp"
#include "tests/unit/proxy/provider/gemini/translated.hpp"

namespace llmgw::proxy::gemini_test {
namespace {

using gemini::names_thought_signature;

constexpr auto kind = Lesson::Kind::thought_signature;
constexpr Lesson coded{.kind = kind};
constexpr Lesson plain{.kind = kind, .is_plain = true};

TEST(GeminiSignatureRefusal, IsKnownByItsName) {
  for (const std::string_view message :
       {"Thought signature is not valid.", "a corrupted THOUGHT SIGNATURE",
        "Function call is missing a thought_signature in functionCall parts.",
        "Unknown thoughtSignature", "thought thought signature"})
    EXPECT_TRUE(names_thought_signature(message)) << message;
  for (const std::string_view message :
       {"", "thought", "thought signatur", "signature", "thought  signature",
        "signature of thought", "API key not valid"})
    EXPECT_FALSE(names_thought_signature(message)) << message;
}

std::string call(std::string_view id, std::string_view signature = "") {
  std::string more;
  if (!signature.empty())
    more =
        R"(,"extra_content":{"google":{"thought_signature":")" + std::string(signature) + R"("}})";
  return R"({"id":")" + std::string(id) +
         R"(","type":"function","function":{"name":"f","arguments":"{}"})" + more + "}";
}

std::string step(std::string_view calls, std::initializer_list<std::string_view> ids) {
  std::string all = R"(,{"role":"assistant","tool_calls":[)" + std::string(calls) + "]}";
  for (const std::string_view id : ids)
    all += R"(,{"role":"tool","tool_call_id":")" + std::string(id) + R"(","content":"r"})";
  return all;
}

const std::string user = R"({"role":"user","content":"hi"})";
const std::string next_turn = R"(,{"role":"assistant","content":"so"},)" + user;

std::optional<Lesson> lesson_of(const TranslationTarget& target, const TranslatedRequest& sent) {
  const Translation& translation = gemini_translation();
  const auto error = translation.error(
      400, R"({"error":{"code":400,"message":"Thought signature is not valid.","status":"X"}})");
  return translation.lesson(error, target, sent);
}

TranslationTarget after(const Lesson& lesson, TranslationTarget target = gemini_3) {
  target.lesson = lesson;
  target.learnt.take(lesson);
  return target;
}

// Each signature in what is sent, in order; empty where a call has none.
std::vector<std::string> signatures(const TranslatedRequest& sent) {
  std::vector<std::string> all;
  const auto body = Json::parse(sent.body);
  for (const auto& content : body["contents"])
    for (const auto& part : content["parts"])
      if (part.contains("functionCall")) all.push_back(part.value("thoughtSignature", ""));
  return all;
}

TEST(GeminiSignatureRefusal, LeadsToTheStandInAndThenToThePlainWord) {
  const std::string body =
      of_messages(user + step(call("a", "QUJD"), {"a"}) + next_turn +
                  step(call("b", "QUJE") + "," + call("c", "QUJF"), {"b", "c"}));
  const std::string stand_in(gemini::stand_in_signature);
  const std::string word(gemini::plain_stand_in);
  const TranslatedRequest first = translated(body, gemini_3);
  EXPECT_EQ(signatures(first), (Names{"QUJD", "QUJE", "QUJF"}));
  EXPECT_EQ(first.dropped, Names());
  ASSERT_EQ(lesson_of(gemini_3, first), coded);
  const TranslatedRequest second = translated(body, after(coded));
  EXPECT_EQ(signatures(second), (Names{"", stand_in, ""}));
  EXPECT_EQ(second.dropped, Names{"thought_signature"});
  ASSERT_EQ(lesson_of(after(coded), second), plain);
  const TranslatedRequest third = translated(body, after(plain));
  EXPECT_EQ(signatures(third), (Names{"", word, ""}));
  EXPECT_EQ(lesson_of(after(plain), third), std::nullopt);
}

TEST(GeminiSignatureRefusal, OfAStandInLeadsToThePlainWordAtOnce) {
  const std::string body = of_messages(user + step(call("a"), {"a"}));
  const TranslatedRequest first = translated(body, gemini_3);
  EXPECT_EQ(signatures(first), Names{std::string(gemini::stand_in_signature)});
  EXPECT_EQ(lesson_of(gemini_3, first), plain);
}

TEST(GeminiSignatureRefusal, TheFormThatWasLearntIsUsedAtOnce) {
  TranslationTarget learnt = gemini_3;
  learnt.learnt.has_plain_stand_in = true;
  const std::string lost = of_messages(user + step(call("a"), {"a"}));
  EXPECT_EQ(signatures(translated(lost, learnt)), Names{std::string(gemini::plain_stand_in)});
  EXPECT_EQ(lesson_of(learnt, translated(lost, learnt)), std::nullopt);
  const std::string kept = of_messages(user + step(call("a", "QUJD"), {"a"}));
  EXPECT_EQ(signatures(translated(kept, learnt)), Names{"QUJD"});
  EXPECT_EQ(lesson_of(learnt, translated(kept, learnt)), plain);
  EXPECT_EQ(lesson_of(after(plain, learnt), translated(kept, after(plain, learnt))), std::nullopt);
}

// A model whose name says that it needs none.
TEST(GeminiSignatureRefusal, OfNoneLeadsToTheStandIn) {
  const std::string body = of_messages(user + step(call("a"), {"a"}));
  const TranslatedRequest first = translated(body, gemini_2);
  EXPECT_EQ(signatures(first), Names{""});
  ASSERT_EQ(lesson_of(gemini_2, first), coded);
  EXPECT_EQ(signatures(translated(body, after(coded, gemini_2))),
            Names{std::string(gemini::stand_in_signature)});
}

TEST(GeminiSignatureRefusal, LeadsToNothingWhereThereIsNothingToSign) {
  EXPECT_EQ(lesson_of(gemini_3, translated(of_messages(user), gemini_3)), std::nullopt);
  // Only an earlier turn has a call, which nothing has to stand in for.
  const std::string earlier = of_messages(user + step(call("a"), {"a"}) + next_turn);
  EXPECT_EQ(lesson_of(gemini_3, translated(earlier, gemini_3)), std::nullopt);
  const std::string kept = of_messages(user + step(call("a", "QUJD"), {"a"}) + next_turn);
  ASSERT_EQ(lesson_of(gemini_3, translated(kept, gemini_3)), coded);
  const TranslatedRequest without = translated(kept, after(coded));
  EXPECT_EQ(signatures(without), Names{""});
  EXPECT_EQ(without.dropped, Names{"thought_signature"});
  EXPECT_EQ(lesson_of(after(coded), without), std::nullopt);
}

}  // namespace
}  // namespace llmgw::proxy::gemini_test
