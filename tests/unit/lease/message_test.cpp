// SPDX-License-Identifier: MIT
// What is a message, what is none and why, and that what is written is read back.
#include "lease/message.hpp"

#include <gtest/gtest.h>

namespace llmgw::lease {
namespace {

std::string request_with(std::string_view members) {
  return std::string(R"({"proxy":"p","seq":1)").append(members).append("}");
}

std::string fault_of(std::string_view text) {
  const auto request = decode_request(text);
  return request ? "none" : std::string(request.error().reason);
}

TEST(LeaseMessage, ReadsTheExampleOfItsDescription) {
  const std::string text =
      R"({"proxy":"0192-a","seq":17,"policy":"sha256:ab","rules":[
          {"id":"t:team-a/tpm","got":961230,"used":918230,"back":40000,"pending":1500,"want":60000}]})";
  const auto request = decode_request(text);
  ASSERT_TRUE(request) << request.error().reason;
  EXPECT_EQ(request->proxy, "0192-a");
  EXPECT_EQ(request->seq, 17u);
  EXPECT_EQ(request->policy, "sha256:ab");
  EXPECT_FALSE(request->was_away || request->is_leaving);
  ASSERT_EQ(request->rules.size(), 1u);
  const RuleAsk& rule = request->rules[0];
  EXPECT_EQ(rule.id, "t:team-a/tpm");
  EXPECT_EQ(rule.got, 961'230);
  EXPECT_EQ(rule.used, 918'230);
  EXPECT_EQ(rule.back, 40'000);
  EXPECT_EQ(rule.pending, 1'500);
  EXPECT_EQ(rule.least, 0);
  EXPECT_EQ(rule.want, 60'000);
}

TEST(LeaseMessage, IsReadBackAsItWasWritten) {
  SyncRequest request{.proxy = "p", .seq = 9, .policy = "h", .was_away = true, .is_leaving = true};
  request.rules.push_back({"k:k_1/x", 1, 2, 3, 4, 5, 6, true});
  request.rules.push_back({.id = "t:a\"b\\c/x"});
  const std::string text = encode(request);
  const auto read = decode_request(text);
  ASSERT_TRUE(read) << read.error().reason;
  EXPECT_TRUE(read->was_away && read->is_leaving);
  ASSERT_EQ(read->rules.size(), 2u);
  const RuleAsk& rule = read->rules[0];
  EXPECT_EQ(rule.got + 10 * rule.used + 100 * rule.back, 321);
  EXPECT_EQ(rule.pending + 10 * rule.least + 100 * rule.want, 654);
  EXPECT_TRUE(rule.is_gone);
  EXPECT_EQ(read->rules[1].id, "t:a\"b\\c/x");
  EXPECT_EQ(encode(*read), text);

  SyncAnswer answer{.seq = 9, .authority = "a", .proxies = 12, .ttl = 2'000};
  answer.rules.push_back({"k:k_1/x", 42'000, 7, 100, 50, 60, 70, false, true});
  answer.rules.push_back({.id = "t:b/x", .is_unknown = true});
  const std::string answered = encode(answer);
  const auto back = decode_answer(answered);
  ASSERT_TRUE(back) << back.error().reason;
  EXPECT_EQ(encode(*back), answered);
  EXPECT_EQ(back->proxies, 12u);
  EXPECT_EQ(back->rules[0].grant, 42'000);
  EXPECT_EQ(back->rules[0].reset, 60);
  EXPECT_TRUE(back->rules[0].is_refused && back->rules[1].is_unknown);
}

TEST(LeaseMessage, PassesOverWhatItDoesNotKnow) {
  const auto request = decode_request(request_with(
      R"(,"new":{"a":[1,{"b":"}]"}]},"rules":[{"id":"t:a/b","x":[[]],"got":5,"y":null}],"z":1.5e3)"));
  ASSERT_TRUE(request) << request.error().reason;
  EXPECT_EQ(request->rules[0].got, 5);
}

TEST(LeaseMessage, SaysWhatIsWrong) {
  EXPECT_EQ(fault_of(""), "an object is expected");
  EXPECT_EQ(fault_of("[]"), "an object is expected");
  EXPECT_EQ(fault_of("{}"), "there is no `proxy`");
  EXPECT_EQ(fault_of(R"({"proxy":"p"})"), "there is no `seq` of 1 or more");
  EXPECT_EQ(fault_of(R"({"proxy":"p","seq":0})"), "there is no `seq` of 1 or more");
  EXPECT_EQ(fault_of(request_with("") + "x"), "there is more behind the object");
  EXPECT_EQ(fault_of(R"({"proxy":"p","seq":1)"), "the JSON is broken");
  EXPECT_EQ(fault_of(request_with(",")), "the JSON is broken");
  EXPECT_EQ(fault_of(request_with(R"(,"x":{)")), "the JSON is broken");
  EXPECT_EQ(fault_of(request_with(R"(,"rules":{})")), "`rules` is no list");
  EXPECT_EQ(fault_of(request_with(R"(,"rules":[1])")), "an object is expected");
  EXPECT_EQ(fault_of(request_with(R"(,"rules":[{}])")), "a rule has no `id`");
  EXPECT_EQ(fault_of(request_with(R"(,"rules":[{"id":"a"}],"rules":[])")),
            "`rules` is there twice");
  EXPECT_EQ(fault_of(request_with(R"(,"away":1)")), "what is true or false is neither");
  for (const char* bad : {"-1", "1.5", "1e3", "\"1\"", "null", "01", "18446744073709551616"})
    EXPECT_EQ(fault_of(request_with(std::string(R"(,"rules":[{"id":"a","got":)") + bad + "}]")),
              "a number is no whole one of 0 or more")
        << bad;
  EXPECT_EQ(fault_of(request_with(R"(,"rules":[{"id":"a","got":1152921504606846977}])")),
            "a number is too large");
  const std::string text = "a text is empty, too long, or has other bytes than visible ASCII";
  for (const char* bad : {R"("")", R"("a b")", R"("\u00e9")", R"("\n")"})
    EXPECT_EQ(fault_of(request_with(std::string(R"(,"rules":[{"id":)") + bad + "}]")), text) << bad;
  EXPECT_EQ(fault_of(request_with(R"(,"rules":[{"id":")" + std::string(256, 'x') + "\"}]")), text);
  EXPECT_EQ(fault_of(request_with(R"(,"rules":[{"id":7}])")), "a text is none");
  EXPECT_EQ(fault_of(std::string(R"({"proxy":")") + std::string(129, 'p') + R"(","seq":1})"), text);
}

TEST(LeaseMessage, IsBounded) {
  std::string rules = R"({"id":"a"})";
  for (std::size_t i = 1; i < most_rules; ++i) rules += R"(,{"id":"a"})";
  EXPECT_EQ(fault_of(request_with(",\"rules\":[" + rules + "]")), "none");
  EXPECT_EQ(fault_of(request_with(",\"rules\":[" + rules + R"(,{"id":"a"}])")),
            "there are too many rules");
  EXPECT_EQ(fault_of(std::string(most_bytes + 1, ' ')), "the message is too large");
  EXPECT_EQ(fault_of(request_with(",\"x\":" + std::string(10'000, '['))), "the JSON is broken");
}

TEST(LeaseMessage, AnAnswerNamesItsAuthorityAndTime) {
  EXPECT_FALSE(decode_answer(R"({"seq":1,"ttl_ms":5,"rules":[]})"));
  EXPECT_FALSE(decode_answer(R"({"seq":1,"authority":"a","rules":[]})"));
  EXPECT_FALSE(decode_answer(R"({"authority":"a","ttl_ms":5})"));
  EXPECT_TRUE(decode_answer(R"({"seq":1,"authority":"a","ttl_ms":5})"));
  EXPECT_FALSE(decode_answer(R"({"seq":1,"authority":"a","ttl_ms":5,"proxies":1000001})"));
}

// Whatever is cut off, what is left is no message.
TEST(LeaseMessage, APartIsNone) {
  const std::string text = request_with(R"(,"away":true,"rules":[{"id":"t:a\"b/c","got":12}])");
  ASSERT_TRUE(decode_request(text));
  for (std::size_t size = 0; size < text.size(); ++size)
    EXPECT_FALSE(decode_request(std::string_view(text).substr(0, size))) << size;
}

}  // namespace
}  // namespace llmgw::lease
