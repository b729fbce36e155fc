// SPDX-License-Identifier: MIT
// Messages as contents: turns, parts, calls and their results.
#include <utility>

#include "tests/unit/proxy/provider/gemini/translated.hpp"

namespace llmgw::proxy {
namespace {

using gemini_test::body_of;
using gemini_test::contents_of;
using gemini_test::gemini_2;
using gemini_test::gemini_3;
using gemini_test::Names;
using gemini_test::of_messages;
using gemini_test::refused;
using gemini_test::translated;

// An assistant's call, and its result.
std::string call(std::string_view id, std::string_view arguments = "{}",
                 std::string_view more = "") {
  return R"({"id":")" + std::string(id) +
         R"(","type":"function","function":{"name":"f","arguments":")" + std::string(arguments) +
         R"("})" + std::string(more) + "}";
}
std::string calls(std::string_view list) {
  return R"({"role":"assistant","content":null,"tool_calls":[)" + std::string(list) + "]}";
}
std::string result(std::string_view id, std::string_view text = "r") {
  return R"({"role":"tool","tool_call_id":")" + std::string(id) + R"(","content":")" +
         std::string(text) + R"("})";
}
std::string user(std::string_view text) {
  return R"({"role":"user","content":")" + std::string(text) + R"("})";
}
std::string signed_by(std::string_view signature) {
  return R"(,"extra_content":{"google":{"thought_signature":")" + std::string(signature) + R"("}})";
}

TEST(GeminiMessages, LeadingSystemMessagesAreTheInstruction) {
  EXPECT_EQ(body_of(of_messages(R"({"role":"system","content":"a\u000a"},)"
                                R"({"role":"developer","content":[{"type":"text","text":"b"},)"
                                R"({"type":"text","text":""}]},)" +
                                user("hi")))["systemInstruction"]
                .dump(),
            R"({"parts":[{"text":"a\n"},{"text":"b"}]})");
  EXPECT_FALSE(body_of(of_messages(R"({"role":"system","content":""},)" + user("hi")))
                   .contains("systemInstruction"));
}

TEST(GeminiMessages, R3LaterSystemMessagesStayInPlace) {
  EXPECT_EQ(contents_of(user("a") + R"(,{"role":"assistant","content":"b"},)" +
                        R"({"role":"system","content":"s"},)" + user("c")),
            R"([{"role":"user","parts":[{"text":"a"}]},{"role":"model","parts":[{"text":"b"}]},)"
            R"({"role":"user","parts":[{"text":"s"},{"text":"c"}]}])");
}

TEST(GeminiMessages, R3ThePrefixIsThatOfTheTurnBefore) {
  const std::string tools = R"(,"tools":[{"type":"function","function":{"name":"f"}}],"stop":"x")";
  const auto request = [&](const std::string& messages) {
    return translated(R"({"messages":[)" + messages + "]" + tools + "}", gemini_3).body;
  };
  std::string messages = R"({"role":"system","content":"s"},)" + user("a");
  std::string before = request(messages);
  for (const std::string& more :
       {R"({"role":"assistant","content":"b"},{"role":"system","content":"s"},)" + user("c"),
        calls(call("1", "{}", signed_by("QUJD"))) + "," + result("1"),
        calls(call("2", "{}", signed_by("QUJE"))) + "," + result("2") + "," + user("d")}) {
    messages += "," + more;
    const std::string after = request(messages);
    ASSERT_TRUE(before.ends_with("]}]}"));
    before.resize(before.size() - std::string_view("]}]}").size());
    EXPECT_TRUE(after.starts_with(before)) << after;
    before = after;
  }
}

TEST(GeminiMessages, EqualRolesAreOneTurn) {
  EXPECT_EQ(contents_of(user("a") + "," + user("b") + R"(,{"role":"assistant","content":""},)" +
                        user("c") + R"(,{"role":"assistant","content":"d"},)" +
                        R"({"role":"assistant","content":"e","refusal":"no"})"),
            R"([{"role":"user","parts":[{"text":"a"},{"text":"b"},{"text":"c"}]},)"
            R"({"role":"model","parts":[{"text":"d"},{"text":"e"},{"text":"no"}]}])");
}

TEST(GeminiMessages, R18EmptyTextsAreLeftOut) {
  EXPECT_EQ(contents_of(R"({"role":"user","content":[{"type":"text","text":""},)"
                        R"({"type":"text","text":"a"}]},{"role":"assistant","content":""},)"
                        R"({"role":"assistant","content":[]},{"role":"user","content":""})"),
            R"([{"role":"user","parts":[{"text":"a"}]}])");
  for (const std::string_view messages :
       {R"({"role":"user","content":""})", R"({"role":"system","content":"s"})",
        R"({"role":"user","content":[]})", R"({"role":"assistant"})"}) {
    EXPECT_EQ(refused(of_messages(messages)).code, "invalid_value") << messages;
    EXPECT_EQ(refused(of_messages(messages)).param, "messages");
  }
  EXPECT_EQ(contents_of(calls(call("1")) + "," + result("1", "")),
            R"([{"role":"model","parts":[{"functionCall":{"name":"f","args":{},"id":"1"}}]},)"
            R"({"role":"user","parts":[{"functionResponse":{"name":"f","id":"1",)"
            R"("response":{"output":""}}}]}])");
}

TEST(GeminiMessages, R1ResultsAreOneTurnInTheOrderOfTheCalls) {
  for (const std::size_t count : {1u, 2u, 5u}) {
    std::string list, results;
    for (std::size_t i = 0; i < count; ++i) {
      list += (i > 0 ? "," : "") + call(std::to_string(i));
      results = "," + result(std::to_string(i), "r" + std::to_string(i)) + results;
    }
    const auto contents =
        body_of(of_messages(user("q") + "," + calls(list) + results +
                            R"(,{"role":"system","content":"s"},)" + user("t")))["contents"];
    ASSERT_EQ(contents.size(), 3u);
    ASSERT_EQ(contents[1]["parts"].size(), count);
    const auto& parts = contents[2]["parts"];
    ASSERT_EQ(parts.size(), count + 2);
    for (std::size_t i = 0; i < count; ++i) {
      EXPECT_EQ(parts[i]["functionResponse"]["id"], std::to_string(i));
      EXPECT_EQ(parts[i]["functionResponse"]["response"]["output"], "r" + std::to_string(i));
    }
    EXPECT_EQ(parts[count]["text"], "s");
    EXPECT_EQ(parts[count + 1]["text"], "t");
  }
}

TEST(GeminiMessages, R1SystemMessagesDoNotComeBetweenCallsAndResults) {
  const auto contents =
      body_of(of_messages(calls(call("1") + "," + call("2")) + "," + result("1") +
                          R"(,{"role":"system","content":"s"},)" + result("2")))["contents"];
  const auto& parts = contents[1]["parts"];
  ASSERT_EQ(parts.size(), 3u);
  EXPECT_TRUE(parts[0].contains("functionResponse"));
  EXPECT_TRUE(parts[1].contains("functionResponse"));
  EXPECT_EQ(parts[2]["text"], "s");
}

TEST(GeminiMessages, R2ArgumentsAreAnObjectOrNothing) {
  for (const std::string_view blank : {"", " ", R"(\n\t)", "{}", " {} "}) {
    const auto contents =
        body_of(of_messages(calls(call("1", blank)) + "," + result("1")))["contents"];
    EXPECT_EQ(contents[0]["parts"][0]["functionCall"]["args"], gemini_test::Json::object())
        << blank;
  }
  for (const std::string_view bad :
       {"null", "[]", R"({\"a\":)", "5", R"({\"a\":1}x)", R"({\"a\":\"\n\"})"}) {
    const TranslationRefusal refusal =
        refused(of_messages(user("q") + "," + calls(call("1", bad)) + "," + result("1")));
    EXPECT_EQ(refusal.code, "invalid_value") << bad;
    EXPECT_EQ(refusal.param, "messages[1].tool_calls[0].function.arguments") << bad;
  }
}

TEST(GeminiMessages, ArgumentsKeepTheirBytes) {
  const std::string body =
      translated(
          of_messages(
              calls(call("1", R"({\"z\":1.0,\"a\":9007199254740993,\"s\":\"\\ud800\\n\u00e9\"})")) +
              "," + result("1", R"(\ud800 \/ \u2028)")))
          .body;
  EXPECT_NE(body.find("\"args\":{\"z\":1.0,\"a\":9007199254740993,\"s\":\"\\ud800\\n\xc3\xa9\"}"),
            std::string::npos)
      << body;
  EXPECT_NE(body.find(R"("output":"\ud800 \/ \u2028")"), std::string::npos) << body;
}

TEST(GeminiMessages, ResultsAreNeverTakenForJson) {
  EXPECT_EQ(contents_of(calls(call("1")) + "," + result("1", R"({\"error\":\"x\"})")),
            R"([{"role":"model","parts":[{"functionCall":{"name":"f","args":{},"id":"1"}}]},)"
            R"({"role":"user","parts":[{"functionResponse":{"name":"f","id":"1",)"
            R"("response":{"output":"{\"error\":\"x\"}"}}}]}])");
}

TEST(GeminiMessages, ResultsOfSeveralPartsAreOneText) {
  EXPECT_EQ(
      contents_of(calls(call("1")) +
                  R"(,{"role":"tool","tool_call_id":"1","content":[{"type":"text","text":)"
                  R"("a"},{"type":"image_url","image_url":{"url":"data:image/png;base64,QQ=="}},)"
                  R"({"type":"text","text":"b"}]})"),
      R"([{"role":"model","parts":[{"functionCall":{"name":"f","args":{},"id":"1"}}]},)"
      R"({"role":"user","parts":[{"functionResponse":{"name":"f","id":"1","response":)"
      R"({"output":"ab"}}},{"inlineData":{"mimeType":"image/png","data":"QQ=="}}]}])");
}

TEST(GeminiMessages, FunctionsOfOldHaveNoId) {
  EXPECT_EQ(contents_of(R"({"role":"assistant","function_call":{"name":"3f","arguments":"{}"}},)"
                        R"({"role":"function","name":"3f","content":"x"})"),
            R"([{"role":"model","parts":[{"functionCall":{"name":"_3f","args":{}}}]},)"
            R"({"role":"user","parts":[{"functionResponse":{"name":"_3f",)"
            R"("response":{"output":"x"}}}]}])");
}

TEST(GeminiMessages, CallsAndResultsBelongTogether) {
  const std::pair<std::string, std::string_view> cases[] = {
      {calls(call("1")), "messages[0].tool_calls[0]"},
      {result("1"), "messages[0].tool_call_id"},
      {calls(call("1")) + "," + result("2"), "messages[1].tool_call_id"},
      {calls(call("1")) + "," + result("1") + "," + result("1"), "messages[2].tool_call_id"},
      {R"({"role":"robot","content":"x"})", "messages[0].role"},
      {user("a") + ",5", "messages[1]"},
      {R"({"role":"assistant","audio":{"id":"a"}})", "messages[0].audio"},
      {R"({"role":"system","content":[{"type":"image_url","image_url":{"url":"https://x"}}]},)" +
           user("a"),
       "messages[0].content[0]"},
  };
  for (const auto& [messages, param] : cases) {
    const TranslationRefusal refusal = refused(of_messages(messages));
    EXPECT_EQ(refusal.code, "invalid_value") << messages;
    EXPECT_EQ(refusal.param, param) << messages;
  }
}

TEST(GeminiMessages, R4CacheMarksAreNamed) {
  const TranslatedRequest request =
      translated(of_messages(R"({"role":"system","content":[{"type":"text","text":"s",)"
                             R"("cache_control":{"type":"ephemeral"}}]},)"
                             R"({"role":"user","content":[{"type":"text","text":"a",)"
                             R"("prompt_cache_breakpoint":{"mode":"explicit"}}],)"
                             R"("cache_control":{"type":"ephemeral"},"name":"bob"})"));
  EXPECT_EQ(request.body, R"({"systemInstruction":{"parts":[{"text":"s"}]},)"
                          R"("contents":[{"role":"user","parts":[{"text":"a"}]}]})");
  EXPECT_EQ(request.dropped, Names({"cache_control", "messages.name", "prompt_cache_breakpoint"}));
}

TEST(GeminiMessages, R9SignaturesTravelBesideIdsAndIdsAsTheyAre) {
  const std::string id = "call_1__thought__QUJD";
  const std::string expected =
      R"({"functionCall":{"name":"f","args":{},"id":"call_1__thought__QUJD"},)"
      R"("thoughtSignature":"Q+/A"})";
  for (const TranslationTarget& target : {gemini_2, gemini_3}) {
    const TranslatedRequest request = translated(
        of_messages(calls(call(id, "{}", signed_by(R"(Q+\/A)"))) + "," + result(id)), target);
    EXPECT_NE(request.body.find(expected), std::string::npos) << request.body;
    EXPECT_EQ(request.dropped, Names());
  }
}

TEST(GeminiMessages, R10StandInIsUsedForLostSignatures) {
  const std::string lost = "\"thoughtSignature\":\"c2tpcF90aG91Z2h0X3NpZ25hdHVyZV92YWxpZGF0b3I=\"";
  for (const std::string& more :
       {std::string(), signed_by(""), signed_by("QUJDR"), signed_by("QU_D"), signed_by("no no!"),
        signed_by("skip_thought_signature_validator"), std::string(R"(,"extra_content":[])")}) {
    const TranslatedRequest request = translated(
        of_messages(user("q") + "," + calls(call("1", "{}", more)) + "," + result("1")), gemini_3);
    EXPECT_NE(request.body.find(lost), std::string::npos) << request.body;
    EXPECT_EQ(request.dropped, Names({"thought_signature"}));
  }
  const TranslatedRequest earlier =
      translated(of_messages(user("q") + "," + calls(call("1")) + "," + result("1")), gemini_2);
  EXPECT_EQ(earlier.body.find("thoughtSignature"), std::string::npos);
  EXPECT_EQ(earlier.dropped, Names());
}

// Of each model's turn: how many of its calls are signed.
std::vector<std::size_t> signed_calls(const std::string& messages) {
  std::vector<std::size_t> counts;
  const auto body = body_of(of_messages(messages), gemini_3);
  for (const auto& content : body["contents"]) {
    if (content["role"] != "model") continue;
    std::size_t count = 0;
    bool is_first = true;
    for (const auto& part : content["parts"]) {
      if (!part.contains("functionCall")) continue;
      const bool is_signed = part.contains("thoughtSignature");
      EXPECT_TRUE(is_first || !is_signed);
      count += is_signed ? 1 : 0;
      is_first = false;
    }
    counts.push_back(count);
  }
  return counts;
}

TEST(GeminiMessages, R10StandInIsForTheFirstCallOfEachStepOfTheCurrentTurn) {
  const auto step = [](const std::string& id) {
    return "," + calls(call(id) + "," + call(id + "b")) + "," + result(id) + "," + result(id + "b");
  };
  using Counts = std::vector<std::size_t>;
  EXPECT_EQ(signed_calls(user("a") + step("1") + step("2")), Counts({1, 1}));
  EXPECT_EQ(signed_calls(user("a") + step("1") + R"(,{"role":"assistant","content":"b"},)" +
                         user("c") + step("2") + step("3")),
            Counts({0, 0, 1, 1}));
  // What is said beside results begins no turn for sure.
  EXPECT_EQ(signed_calls(user("a") + step("1") + "," + user("wait") + step("2")), Counts({1, 1}));
  EXPECT_EQ(signed_calls(calls(call("0")) + "," + result("0")), Counts({1}));
}

TEST(GeminiMessages, R11ASignatureLeavesOnce) {
  const std::string body =
      translated(of_messages(user("q") +
                             R"(,{"role":"assistant","content":"text",)"
                             R"("extra_content":{"google":{"thought_signature":"QUJD"}},)"
                             R"("tool_calls":[)" +
                             call("1", "{}", signed_by("QUJD")) + "]}," + result("1")),
                 gemini_3)
          .body;
  const std::size_t first = body.find("QUJD");
  ASSERT_NE(first, std::string::npos);
  EXPECT_EQ(body.find("QUJD", first + 1), std::string::npos) << body;
  EXPECT_NE(body.find(R"({"text":"text"},{"functionCall")"), std::string::npos) << body;
}

TEST(GeminiMessages, R12ThoughtsOfOthersAreLeftOut) {
  EXPECT_EQ(contents_of(user("q") +
                        R"(,{"role":"assistant","content":"a","reasoning_content":"t",)"
                        R"("reasoning":"t","thinking_blocks":[{"type":"thinking","thinking":"t",)"
                        R"("signature":"QUJD"},{"type":"redacted_thinking","data":"QQ=="}]})"),
            R"([{"role":"user","parts":[{"text":"q"}]},{"role":"model","parts":[{"text":"a"}]}])");
}

std::string part_of(std::string_view part) {
  const auto contents =
      body_of(of_messages(R"({"role":"user","content":[)" + std::string(part) + "]}"))["contents"];
  return contents[0]["parts"][0].dump();
}

TEST(GeminiMessages, MediaAreCarried) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {R"({"type":"image_url","image_url":{"url":"data:image/PNG;base64,QUI="}})",
       R"({"inlineData":{"mimeType":"image/png","data":"QUI="}})"},
      {R"({"type":"image_url","image_url":{"url":"https://e.org/a.JPG?x=1.png"}})",
       R"({"fileData":{"mimeType":"image/jpeg","fileUri":"https://e.org/a.JPG?x=1.png"}})"},
      {R"({"type":"image_url","image_url":{"url":"http://e.org/a"}})",
       R"({"fileData":{"fileUri":"http://e.org/a"}})"},
      {R"({"type":"input_audio","input_audio":{"data":"QUI=","format":"wav"}})",
       R"({"inlineData":{"mimeType":"audio/wav","data":"QUI="}})"},
      {R"({"type":"input_audio","input_audio":{"data":"QUI=","format":"mp3"}})",
       R"({"inlineData":{"mimeType":"audio/mp3","data":"QUI="}})"},
      {R"({"type":"file","file":{"file_data":"data:application/pdf;base64,QUI="}})",
       R"({"inlineData":{"mimeType":"application/pdf","data":"QUI="}})"},
      {R"({"type":"file","file":{"file_data":"QUI=","filename":"a.b.PDF"}})",
       R"({"inlineData":{"mimeType":"application/pdf","data":"QUI="}})"},
      {R"({"type":"file","file":{"file_id":"https://e.org/v1beta/files/x"}})",
       R"({"fileData":{"fileUri":"https://e.org/v1beta/files/x"}})"},
  };
  for (const auto& [part, expected] : cases) EXPECT_EQ(part_of(part), expected) << part;
  EXPECT_EQ(
      translated(of_messages(R"({"role":"user","content":[{"type":"image_url","image_url":{"url":)"
                             R"("https://e.org","detail":"high"}},{"type":"file","file":)"
                             R"({"file_data":"QQ==","filename":"a.txt"}}]})"))
          .dropped,
      Names({"image_url.detail", "file.filename"}));
}

TEST(GeminiMessages, R14NothingButTheWebIsPointedTo) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {R"({"type":"image_url","image_url":{"url":"file:///etc/passwd"}})", "image_url.url"},
      {R"({"type":"image_url","image_url":{"url":"data:image/png,QUI="}})", "image_url.url"},
      {R"({"type":"image_url","image_url":{"url":"data:image/png;base64,Q U"}})", "image_url.url"},
      {R"({"type":"image_url","image_url":{"url":"data:image/png;base64,"}})", "image_url.url"},
      {R"({"type":"image_url","image_url":{"url":5}})", "image_url.url"},
      {R"({"type":"input_audio","input_audio":{"data":"QUI=","format":"flac"}})",
       "input_audio.format"},
      {R"({"type":"input_audio","input_audio":{"data":"?","format":"wav"}})", "input_audio.data"},
      {R"({"type":"file","file":{"file_data":"data:application/pdf,x"}})", "file.file_data"},
      {R"({"type":"file","file":{"file_data":"***","filename":"a.pdf"}})", "file.file_data"},
      {R"({"type":"file","file":{"file_data":"QUI="}})", "file.filename"},
      {R"({"type":"file","file":{"file_data":"QUI=","filename":"pdf"}})", "file.filename"},
      {R"({"type":"file","file":{"file_id":"file-abc"}})", "file.file_id"},
      {R"({"type":"file","file":{"file_id":"http://e.org/x"}})", "file.file_id"},
      {R"({"type":"file","file":{}})", "file"},
      {R"({"type":"video","video":{}})", "type"},
  };
  for (const auto& [part, param] : cases) {
    const TranslationRefusal refusal =
        refused(of_messages(R"({"role":"user","content":[)" + std::string(part) + "]}"));
    EXPECT_EQ(refusal.code, "invalid_value") << part;
    EXPECT_EQ(refusal.param, "messages[0].content[0]." + std::string(param)) << part;
  }
}

}  // namespace
}  // namespace llmgw::proxy
