// SPDX-License-Identifier: MIT
// Signatures on their way out are kept, and filled in where a client has lost them.
#include "proxy/provider/gemini/thought_signature.hpp"
#include "proxy/provider/gemini/translation.hpp"
#include "tests/unit/proxy/provider/gemini/translated.hpp"

namespace llmgw::proxy::gemini_test {
namespace {

const std::string answer =
    R"({"candidates":[{"content":{"role":"model","parts":[)"
    R"({"functionCall":{"id":"c\u0031","name":"f","args":{}},"thoughtSignature":"QU\/D"},)"
    R"({"functionCall":{"name":"f","args":{}},"thoughtSignature":"QUJE"},)"
    R"({"functionCall":{"id":"c3","name":"f","args":{}}}]},"finishReason":"STOP"}]})";

class KeptSignature : public testing::Test {
 protected:
  AnswerTerms terms(std::string_view tenant) {
    return {
        .provider = "google", .model = "m", .request_id = "req", .signatures = {&memory_, tenant}};
  }
  TranslationTarget target(std::string_view tenant) {
    TranslationTarget made = gemini_3;
    made.signatures = {&memory_, tenant};
    return made;
  }
  static std::string of_call(std::string_view id, std::string_view more = "") {
    return of_messages(
        R"({"role":"user","content":"q"},{"role":"assistant","tool_calls":[{"id":")" +
        std::string(id) + R"(","type":"function","function":{"name":"f","arguments":"{}"})" +
        std::string(more) + R"(}]},{"role":"tool","tool_call_id":")" + std::string(id) +
        R"(","content":"r"})");
  }
  std::string sent(const std::string& body, std::string_view tenant) {
    const Json json = body_of(body, target(tenant));
    return json["contents"][1]["parts"][0].value("thoughtSignature", "");
  }

  SignatureMemory memory_;
};

TEST_F(KeptSignature, OfAnAnswerIsGivenBackToItsTenantAlone) {
  const auto made = gemini_translation().answer(answer, terms("t"));
  ASSERT_TRUE(made);
  const auto calls = Json::parse(made->body)["choices"][0]["message"]["tool_calls"];
  EXPECT_EQ(sent(of_call("c1"), "t"), "QU/D");
  EXPECT_EQ(sent(of_call(R"(\u00631)"), "t"), "QU/D");
  EXPECT_EQ(sent(of_call(calls[1]["id"].get<std::string>()), "t"), "QUJE");
  EXPECT_EQ(sent(of_call("c3"), "t"), gemini::stand_in_signature);
  EXPECT_EQ(sent(of_call("c1"), "other"), gemini::stand_in_signature);
  EXPECT_EQ(translated(of_call("c1"), target("t")).dropped, Names());
  EXPECT_TRUE(translated(of_call("c1"), target("t")).may_have_stand_in);
}

TEST_F(KeptSignature, OfAStreamIsTheSameHoweverItIsCut) {
  const std::string event = "data: " + answer + "\r\n\r\n";
  for (std::size_t cut = 0; cut <= event.size(); ++cut) {
    const std::string tenant = "t" + std::to_string(cut);
    const auto stream = gemini_translation().stream(terms(tenant), 1 << 20);
    std::string out;
    stream->pass(std::string_view(event).substr(0, cut), out);
    stream->pass(std::string_view(event).substr(cut), out);
    EXPECT_EQ(memory_.find(tenant, "c1"), "QU/D") << cut;
  }
}

TEST_F(KeptSignature, TheClientsOwnGoesFirst) {
  memory_.keep("t", "c1", "QUJD");
  EXPECT_EQ(sent(of_call("c1", R"(,"extra_content":{"google":{"thought_signature":"QUJF"}})"), "t"),
            "QUJF");
  EXPECT_EQ(sent(of_call("c1", R"(,"extra_content":{"google":{"thought_signature":"QU"}})"), "t"),
            "QUJD");
}

TEST_F(KeptSignature, ThatIsNoneOrWasRefusedIsNotSent) {
  memory_.keep("t", "c1", "no signature");
  EXPECT_EQ(sent(of_call("c1"), "t"), gemini::stand_in_signature);
  memory_.keep("t", "c1", "QUJD");
  TranslationTarget refused = target("t");
  refused.lesson = Lesson{.kind = Lesson::Kind::thought_signature};
  EXPECT_EQ(translated(of_call("c1"), refused).body.find("QUJD"), std::string::npos);
}

}  // namespace
}  // namespace llmgw::proxy::gemini_test
