// SPDX-License-Identifier: MIT
// The filter: what each provider sends when asked becomes what it sends unasked, at every split.
#include "proxy/provider/openai/usage_filter.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <random>
#include <string>
#include <vector>

#include "tests/support/in_pieces.hpp"

namespace llmgw::proxy {
namespace {

std::string flatten(Gather& out) {
  std::string bytes;
  for (const iovec& each : out.pieces())
    bytes.append(static_cast<const char*>(each.iov_base), each.iov_len);
  return bytes;
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != text.npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

// One provider's stream, asked for usage and not.
struct Form {
  std::string name;
  std::string asked;
  std::string unasked;
  bool beside_choices = false;
};

std::string event(std::string_view json) { return "data: " + std::string(json) + "\n\n"; }

const std::string done = event("[DONE]");
const std::string usage =
    R"({"prompt_tokens":14,"completion_tokens":9,"total_tokens":23,"prompt_tokens_details":{"cached_tokens":0},"completion_tokens_details":null})";

std::string chunk(std::string_view choices, std::string_view rest = "") {
  return event(
      R"({"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"m-1","system_fingerprint":null,"choices":[)" +
      std::string(choices) + "]" + std::string(rest) + "}");
}
std::string delta(std::string_view text) {
  return R"({"index":0,"delta":{"content":")" + std::string(text) +
         R"("},"logprobs":null,"finish_reason":null})";
}
const std::string stop = R"({"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"})";
const std::string with_usage = ",\"usage\":" + usage;
const std::string null_usage = R"(,"usage":null)";
const std::string obfuscation = R"(,"obfuscation":"a8xK")";

std::vector<Form> forms() {
  const std::string text = delta(R"(say \"usage\":null, {\"usage\":{}} \u00e4 )");
  std::vector<Form> all;
  all.push_back({"OpenAI",
                 chunk(text, null_usage) + chunk(delta("b"), null_usage) + chunk(stop, null_usage) +
                     chunk("", with_usage) + done,
                 chunk(text) + chunk(delta("b")) + chunk(stop) + done});
  all.push_back({"OpenAI with obfuscation",
                 chunk(text, null_usage + obfuscation) + chunk(stop, null_usage + obfuscation) +
                     chunk("", with_usage + obfuscation) + done,
                 chunk(text, obfuscation) + chunk(stop, obfuscation) + done});
  const std::string moderation = R"(,"moderation":{"results":[{"usage":null,"flagged":false}]})";
  all.push_back(
      {"OpenAI with moderation",
       chunk(text, null_usage) + chunk("", with_usage) + chunk("", moderation + null_usage) + done,
       chunk(text) + chunk("", moderation) + done});
  const std::string filters =
      R"(,"prompt_filter_results":[{"prompt_index":0,"content_filter_results":{"hate":{"filtered":false}}}])";
  all.push_back({"Azure",
                 chunk("", filters + null_usage) + chunk(text, null_usage) +
                     chunk(stop, null_usage) + chunk("", with_usage) + done,
                 chunk("", filters) + chunk(text) + chunk(stop) + done});
  all.push_back({"vLLM, Ollama, xAI", chunk(text) + chunk(stop) + chunk("", with_usage) + done,
                 chunk(text) + chunk(stop) + done});
  const std::string running =
      chunk(text, with_usage) + chunk(stop, with_usage) + chunk("", with_usage) + done;
  all.push_back({"vLLM that is made to include usage", running, running});
  const std::string beside = chunk(text) + chunk(stop, with_usage) + done;
  all.push_back({"DeepSeek, Mistral, Z.ai", beside, beside});
  all.push_back(
      {"DeepSeek with nulls", chunk(text, null_usage) + chunk(stop, with_usage) + done, beside});
  all.push_back({"TGI", beside, chunk(text) + chunk(stop) + done, true});
  const std::string groq =
      R"(,"x_groq":{"id":"req_1","usage":{"queue_time":0.1,"total_tokens":3}})";
  all.push_back({"Groq",
                 chunk(text, R"(,"x_groq":{"id":"req_1"})") + chunk(stop, groq) +
                     chunk("", with_usage) + done,
                 chunk(text, R"(,"x_groq":{"id":"req_1"})") + chunk(stop, groq) + done});
  const std::string moonshot =
      R"({"index":0,"delta":{},"finish_reason":"stop","usage":)" + usage + "}";
  all.push_back({"Moonshot", chunk(text) + chunk(moonshot) + chunk("", with_usage) + done,
                 chunk(text) + chunk(moonshot) + done});
  const std::string comments = ": OPENROUTER PROCESSING\n\n: OPENROUTER PROCESSING\n\n";
  const std::string fault = event(
      R"({"id":"1","choices":[{"index":0,"delta":{},"finish_reason":"error"}],"error":{"code":502,"message":"x"},"usage":)" +
      usage + "}");
  all.push_back(
      {"OpenRouter", comments + chunk(text) + fault + done, comments + chunk(text) + fault + done});
  all.push_back(
      {"llama.cpp",
       chunk(text) + chunk(stop) + chunk("", with_usage + R"(,"timings":{"predicted_n":3})") + done,
       chunk(text) + chunk(stop) + done});
  all.push_back({"citations on the usage chunk",
                 chunk(text) + chunk("", with_usage + R"(,"citations":["https://a"])") + done,
                 chunk(text) + chunk("", R"(,"citations":["https://a"])") + done});
  const std::string failure =
      "event: error\ndata: {\"error\":{\"message\":\"x\",\"type\":\"server_error\"}}\n\n";
  all.push_back({"an error", chunk(text, null_usage) + failure, chunk(text) + failure});
  all.push_back({"spaced, as Python writes it",
                 event(R"({"choices": [], "usage": null})") + event(R"({"usage": null, "a": 1})") +
                     event(R"({"a": 1 , "usage" : null , "b": 2})") + event(R"({"usage": null})") +
                     event(R"({"choices": [ ], "usage": {"total_tokens": 1}})") + done,
                 event(R"({"choices": []})") + event(R"({"a": 1})") +
                     event(R"({"a": 1  , "b": 2})") + event("{}") + done});
  all.push_back(
      {"without spaces or names, and with both",
       "data:{\"a\":1,\"usage\":null}\n\nid: 7\nevent: x\ndata: {\"usage\":null,\"a\":1}\n\n"
       "event: y\ndata: {\"choices\":[],\"usage\":{}}\nid: 8\n\n" +
           done,
       "data:{\"a\":1}\n\nid: 7\nevent: x\ndata: {\"a\":1}\n\n" + done});
  all.push_back({"several lines of data",
                 "data: {\ndata:   \"choices\": [],\ndata:   \"usage\": null\ndata: }\n\n"
                 "data: {\ndata:  \"choices\": [],\ndata: \"usage\": {\ndata: }\ndata: }\n\n" +
                     done,
                 "data: {\ndata:   \"choices\": []\ndata: }\n\n" + done});
  all.push_back({"members of all kinds behind it",
                 event(R"({"a":1,"usage":null,"b":"x","c":-1.5e3,"d":true})") +
                     event(R"({"a":1,"usage":null,"b":"\\"})") +
                     event(R"({"a":1,"usage":null,"b":[1],"c":{"d":2}})") +
                     event(R"({"a":1,"usage":null,"b":")" + std::string(300, 'y') + "\"}"),
                 event(R"({"a":1,"b":"x","c":-1.5e3,"d":true})") + event(R"({"a":1,"b":"\\"})") +
                     event(R"({"a":1,"b":[1],"c":{"d":2}})") +
                     event(R"({"a":1,"b":")" + std::string(300, 'y') + "\"}")});
  const std::string odd =
      event(R"({"usage":null,"usage":null})") + event(R"({"choices":null,"usage":{}})") +
      event(R"({"choices":[],"usage":13})") + event(R"({"choices":[],"usage":"null"})") +
      event(R"({"a":"usage","b":["usage",null]})") + event(R"({"choices":[],"usage":nullx})") +
      event(R"({"a":{"usage":null},"b":[{"usage":{}}],"c":"\\"})") + event(R"([{"usage":null}])") +
      event(R"({"choices":[],"usage":null)") + event(R"({"us\u0061ge":null})") +
      event(R"({"choices":[],"usage":{}} x)") + event("") + event("{") +
      event(R"({"a":1,"usage":null,"usage":null})") + event(R"({"a":"b,\"usage\":null}"})") +
      event(R"({"a":{"b":1,"usage":null}})") +
      "data: {\"a\":{\"b\":1,\"usage\":null}\ndata: }\n\n" +
      "data\n\n: data: {\"usage\":null}\n\ndatax: {\"usage\":null}\nretry: 10\n\n" +
      "error: {\"usage\":null}\n\n\n\n" + done;
  all.push_back({"what is no such chunk", odd, odd});
  all.push_back({"a last event without its blank line",
                 chunk(text) + "data: {\"usage\":null,\"a\":1}", chunk(text) + "data: {\"a\":1}"});
  all.push_back({"a usage chunk without its blank line",
                 chunk(text) + "data: {\"choices\":[],\"usage\":{}}", chunk(text)});
  all.push_back(
      {"a usage chunk cut short", chunk(text) + "data: {\"choices\":[],\"usage\":{", chunk(text)});
  all.push_back({"a chunk of text cut short in its usage",
                 chunk(text) + "data: {\"choices\":[{\"index\":0}],\"usage\":nul",
                 chunk(text) + "data: {\"choices\":[{\"index\":0}]"});
  return all;
}

struct Filtered {
  std::string bytes;
  std::size_t pieces = 0;
};

Filtered filtered(std::string_view text, bool beside_choices,
                  const std::vector<std::size_t>& cuts) {
  UsageFilter filter(beside_choices);
  Filtered result;
  Gather out;
  std::size_t from = 0;
  const auto show = [&](std::size_t to) {
    const Piece piece(text.substr(from, to - from));
    out.clear();
    filter.pass(piece.view(), out);
    result.bytes += flatten(out);
    result.pieces += out.pieces().size();
    from = to;
  };
  for (const std::size_t cut : cuts) show(cut);
  show(text.size());
  out.clear();
  filter.finish(out);
  result.bytes += flatten(out);
  return result;
}

void expect_at_every_split(const Form& form) {
  const std::string& asked = form.asked;
  EXPECT_EQ(filtered(asked, form.beside_choices, {}).bytes, form.unasked) << form.name;
  std::vector<std::size_t> all;
  for (std::size_t at = 1; at < asked.size(); ++at) {
    ASSERT_EQ(filtered(asked, form.beside_choices, {at}).bytes, form.unasked) << form.name << at;
    all.push_back(at);
  }
  EXPECT_EQ(filtered(asked, form.beside_choices, all).bytes, form.unasked) << form.name;
  std::mt19937 random(7);
  for (int round = 0; round < 300; ++round) {
    std::vector<std::size_t> some;
    for (std::size_t at = random() % 40; at < asked.size(); at += random() % 200)
      some.push_back(at);
    ASSERT_EQ(filtered(asked, form.beside_choices, some).bytes, form.unasked) << form.name;
  }
}

TEST(UsageFilter, EveryFormBecomesTheUnaskedOne) {
  for (const Form& form : forms()) expect_at_every_split(form);
}

TEST(UsageFilter, WithAnyLineEndAndAByteOrderMark) {
  for (Form form : forms()) {
    for (const std::string_view line_end : {"\r\n", "\r"}) {
      expect_at_every_split({form.name + " with other line ends",
                             replaced(form.asked, "\n", line_end),
                             replaced(form.unasked, "\n", line_end), form.beside_choices});
    }
    expect_at_every_split({form.name + " with a mark", "\xef\xbb\xbf" + form.asked,
                           "\xef\xbb\xbf" + form.unasked, form.beside_choices});
  }
}

// Nobody sends that, but it must not depend on the split what becomes of it.
TEST(UsageFilter, WhatIsNoJsonIsJudgedByItsEndAlone) {
  for (const std::string mark : {"", "\xef\xbb\xbf"})
    expect_at_every_split({"no JSON", mark + event(R"({"a{"b":[1],"usage":null})"),
                           mark + event(R"({"a{"b":[1]})"), false});
}

TEST(UsageFilter, WholeEventsThatStayAreOnePiece) {
  const std::string text = chunk(delta("a")) + chunk(delta("b")) + ": c\n\n" + done;
  EXPECT_EQ(filtered(text, false, {}).pieces, 1u);
  const std::string cut = chunk(delta("a"), null_usage) + chunk(delta("b"), null_usage);
  EXPECT_EQ(filtered(cut, false, {}).pieces, 3u);
}

// An event is passed on with the line that completes it, whether or not its blank line has come.
TEST(UsageFilter, HoldsNoEventLongerThanItsLine) {
  UsageFilter filter(false);
  Gather out;
  const auto pass = [&](std::string_view text) {
    out.clear();
    filter.pass(text, out);
    return flatten(out);
  };
  EXPECT_EQ(pass("data: {\"a\":1,\"us"), "");
  EXPECT_EQ(pass("age\":null}\n"), "data: {\"a\":1}\n");
  EXPECT_EQ(pass("\n"), "\n");
  EXPECT_EQ(pass(": com"), ": com");
  EXPECT_EQ(pass("ment\n\n"), "ment\n\n");
  EXPECT_EQ(pass("retry"), "retry");
  EXPECT_EQ(pass(": 1\n"), ": 1\n");
  EXPECT_EQ(pass("data: [DONE]\r"), "data: [DONE]\r");
  EXPECT_EQ(pass("\n\r\n"), "\n\r\n");
}

TEST(UsageFilter, WhatIsTooLargeToHoldPasses) {
  const std::string fits(UsageFilter::hold_limit - 100, 'x');
  const std::string large(UsageFilter::hold_limit, 'x');
  for (const bool is_large : {false, true}) {
    const auto text = [&](std::string_view end) {
      return event(R"({"a":")" + (is_large ? large : fits) + '"' + std::string(end) + "}");
    };
    const std::string tail = chunk(delta("b"), null_usage);
    const std::string expected = (is_large ? text(null_usage) : text("")) + chunk(delta("b"));
    for (const std::size_t step : {std::size_t{1000}, std::size_t{65536}, std::size_t{70000}}) {
      std::vector<std::size_t> cuts;
      const std::string all = text(null_usage) + tail;
      for (std::size_t at = step; at < all.size(); at += step) cuts.push_back(at);
      EXPECT_TRUE(filtered(all, false, cuts).bytes == expected) << is_large << step;
    }
    EXPECT_TRUE(filtered(text(null_usage) + tail, false, {}).bytes == expected) << is_large;
  }
  std::string lines;
  for (unsigned n = 0; n <= UsageFilter::line_limit; ++n) lines += "data: {\"a\":\n";
  EXPECT_EQ(filtered(lines + "data: \"usage\":null\n\n", false, {50}).bytes,
            lines + "data: \"usage\":null\n\n");
}

// What the client gets of a stream that is cut off.
std::string released(std::string_view text, bool beside_choices = false) {
  UsageFilter filter(beside_choices);
  Gather out;
  const Piece piece(text);
  filter.pass(piece.view(), out);
  std::string bytes = flatten(out);
  out.clear();
  filter.release(errc::connection_closed, out);
  return bytes + flatten(out);
}

// A prefix of what it would have got of the whole stream, cut at whatever byte: so no piece of what
// only the gateway asked for is in it.
TEST(UsageFilter, OfAStreamThatIsCutOffNothingIsSeenThatWasAskedFor) {
  for (const Form& form : forms()) {
    for (const std::string_view line_end : {"\n", "\r\n", "\r"}) {
      const std::string asked = replaced(form.asked, "\n", line_end);
      const std::string unasked = replaced(form.unasked, "\n", line_end);
      for (std::size_t size = 0; size < asked.size(); ++size) {
        const auto got = released(std::string_view(asked).substr(0, size), form.beside_choices);
        ASSERT_TRUE(unasked.starts_with(got)) << form.name << size << "\n" << got;
      }
    }
  }
}

TEST(UsageFilter, OfAStreamThatIsCutOffAllIsSeenThatSurelyWasNot) {
  const std::string text = R"(data: {"id":"1","choices":[{"index":0,"delta":{"content":"say )";
  for (const std::string& each :
       {text, text + R"(x"}}])", text + R"(x"}}], "service)", std::string("data: [DO"),
        std::string(R"(data: {"id":"1","choices":[],"citations":["https)"),
        std::string(R"(data: {"error":{"message":"x)"), std::string(R"(data: {"error":"x)"),
        std::string(R"(data: {"choices":[{)"), std::string("data: text"),
        std::string("error: {\"code"), std::string(": comm"), std::string("ret"),
        std::string("event: x\ndata: {\ndata: \"choices\":[\ndata: {\"a\":\nda")})
    EXPECT_EQ(released(chunk(delta("a")) + each), chunk(delta("a")) + each);
  for (const auto& [sent, seen] : {std::pair(text + R"(x"}}],"usage":null)", text + R"(x"}}])"),
                                   std::pair(text + R"(x"}}] ,"us)", text + R"(x"}}] )"),
                                   std::pair(text + R"(x"}}],)", text + R"(x"}}])")})
    EXPECT_EQ(released(sent), seen);
  for (const char* may_be_usage :
       {"d", "data", "data:", "data: ", "data: {", "event: x\n", "id: 1\nda", "\xef\xbb",
        R"(data: {"id":"chatcmpl-1","object":"chat.compl)", R"(data: {"choices":[)",
        R"(data: {"choices":[],"usage":{}})", R"(data: {"usage":{"a":1},"choices":[{"delta)",
        R"(data: {"timings":{"a":1},"choices":[],"err)", "data: {\ndata: \"choices\":[],\nda"})
    EXPECT_EQ(released(may_be_usage), "") << may_be_usage;
}

// Each byte is looked at a few times, in however many lines it comes.
TEST(UsageFilter, AnEventOfManyLinesTakesItsTimeOnce) {
  const auto taken = [](unsigned lines) {
    const std::string line = "data: " + std::string(48'000 / lines, ' ') + "\n";
    std::string event = "data: {\n";
    for (unsigned n = 0; n < lines; ++n) event += line;
    event += "data: }\n\n";
    auto best = std::chrono::steady_clock::duration::max();
    for (int round = 0; round < 20; ++round) {
      const auto begun_at = std::chrono::steady_clock::now();
      EXPECT_EQ(filtered(event, false, {9}).bytes, event);
      best = std::min(best, std::chrono::steady_clock::now() - begun_at);
    }
    return best;
  };
  EXPECT_LT(taken(UsageFilter::line_limit - 2), 20 * taken(1));  // it was 200 times as much
}

}  // namespace
}  // namespace llmgw::proxy
