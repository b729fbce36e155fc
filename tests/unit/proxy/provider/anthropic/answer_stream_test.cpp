// SPDX-License-Identifier: MIT
// Streams of Anthropic as chunks: what each event becomes, and what a client reads of them.
#include "proxy/provider/anthropic/answer_stream.hpp"

#include "tests/unit/proxy/provider/anthropic/sample_streams.hpp"

namespace llmgw::proxy::anthropic_sample {
namespace {

using nlohmann::json;

Translated translated(const std::string& stream, const AnswerTerms& with = terms) {
  return translate(anthropic_stream, with, stream);
}

// What the events behind the begin of a message yield.
std::vector<std::string> rows(const std::string& events) {
  AnswerTerms quiet = terms;
  quiet.wants_usage = false;
  UnderWay run(anthropic_stream, quiet);
  run.show(start());
  run.show(events);
  auto all = bodies(run.finish(false).out);
  all.erase(all.begin());  // the role
  all.pop_back();          // the error
  return all;
}

std::string row(std::string_view delta) {
  return R"([{"index":0,"delta":{)" + std::string(delta) +
         R"(},"logprobs":null,"finish_reason":null}])";
}
using Rows = std::vector<std::string>;

TEST(AnthropicStream, ChunksHaveTheKeyOrderOfOpenAi) {
  const std::string head =
      R"(data: {"id":"msg_01A","object":"chat.completion.chunk","created":1764403200,"model":"claude-sonnet-4-6-20260101","choices":[)";
  EXPECT_EQ(
      translated(start() + text(0, "Hi") + message_delta("end_turn") + stop()).out,
      head +
          R"({"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}],"usage":null})" +
          "\n\n" + head +
          R"({"index":0,"delta":{"content":"Hi"},"logprobs":null,"finish_reason":null}],"usage":null})" +
          "\n\n" + head +
          R"({"index":0,"delta":{},"logprobs":null,"finish_reason":"stop","native_finish_reason":"end_turn"}],"usage":null})" +
          "\n\n" + head +
          R"(],"usage":{"prompt_tokens":25,"completion_tokens":15,"total_tokens":40}})" +
          "\n\ndata: [DONE]\n\n");
}

TEST(AnthropicStream, RowMessageStartIsTheRole) {
  UnderWay run(anthropic_stream, terms);
  EXPECT_EQ(run.show(start()), State::open);
  EXPECT_EQ(bodies(run.finish(false).out)[0],
            row(R"("role":"assistant","content":"")") + R"(,"usage":null)");
}

TEST(AnthropicStream, RowPingIsAComment) { EXPECT_EQ(rows(ping()), Rows{": ping"}); }

TEST(AnthropicStream, RowTextBlock) {
  EXPECT_EQ(rows(text_block(0)), Rows{});
  EXPECT_EQ(rows(block(0, R"({"type":"text","text":"A"})")), Rows{row(R"("content":"A")")});
  EXPECT_EQ(rows(text(0, "B")), Rows{row(R"("content":"B")")});
  EXPECT_EQ(rows(text(0, "")), Rows{});
  EXPECT_EQ(rows(text_block(0) + stop_block(0)), Rows{});
}

TEST(AnthropicStream, RowToolUse) {
  const std::string begun = row(
      R"("tool_calls":[{"index":0,"id":"t1","type":"function","function":{"name":"f","arguments":""}}])");
  EXPECT_EQ(rows(tool_block(0, "t1", "f")), Rows{begun});
  EXPECT_EQ(
      rows(block(0, R"({"type":"tool_use","id":"t1","name":"f","input":{"a":"b"}})") +
           stop_block(0)),
      Rows{row(
          R"("tool_calls":[{"index":0,"id":"t1","type":"function","function":{"name":"f","arguments":"{\"a\":\"b\"}"}}])")});
  EXPECT_EQ(rows(tool_block(0, "t1", "f") + input(0, "") + input(0, R"({\"a\")")),
            (Rows{begun, row(R"("tool_calls":[{"index":0,"function":{"arguments":"{\"a\""}}])")}));
  EXPECT_EQ(rows(tool_block(0, "t1", "f") + stop_block(0)),
            (Rows{begun, row(R"("tool_calls":[{"index":0,"function":{"arguments":"{}"}}])")}));
}

TEST(AnthropicStream, RowThinking) {
  EXPECT_EQ(rows(thinking_block(0)), Rows{});
  EXPECT_EQ(rows(thinking_block(0) + thinking(0, "hm") + thinking(0, "")),
            Rows{row(R"("reasoning_content":"hm")")});
  EXPECT_EQ(
      rows(thinking_block(0) + signature(0, "s/+")),
      Rows{row(
          R"("thinking_blocks":[{"index":0,"type":"thinking","thinking":"","signature":"s/+"}])")});
  EXPECT_EQ(rows(thinking_block(0) + stop_block(0) +
                 block(1, R"({"type":"redacted_thinking","data":"d="})")),
            Rows{row(R"("thinking_blocks":[{"index":1,"type":"redacted_thinking","data":"d="}])")});
}

TEST(AnthropicStream, RowOtherKindsAreSkipped) {
  EXPECT_EQ(rows(block(0, R"({"type":"server_tool_use","id":"s","name":"web","input":{}})") +
                 input(0, R"({\"q\":1})") + stop_block(0)),
            Rows{});
  EXPECT_EQ(rows(delta(0, R"({"type":"citations_delta","citation":{"url":"x"}})")), Rows{});
  EXPECT_EQ(rows(delta(0, R"({"type":"novel_delta","text":"x"})")), Rows{});
  EXPECT_EQ(rows(event("novel", R"({"type":"novel","index":[]})")), Rows{});
  EXPECT_EQ(rows("data:\n\n: a comment\n\nid: 7\n\n"), Rows{});
}

TEST(AnthropicStream, RowMessageDeltaFinishes) {
  const auto finish = [](std::string_view reason, std::string_view native) {
    return R"([{"index":0,"delta":{},"logprobs":null,"finish_reason":")" + std::string(reason) +
           R"(","native_finish_reason":")" + std::string(native) + "\"}]";
  };
  const std::pair<std::string_view, std::string_view> reasons[] = {
      {"end_turn", "stop"},
      {"stop_sequence", "stop"},
      {"tool_use", "tool_calls"},
      {"max_tokens", "length"},
      {"model_context_window_exceeded", "length"},
      {"refusal", "content_filter"},
      {"pause_turn", "stop"},
      {"compaction", "stop"},
      {"something_new", "stop"},
  };
  for (const auto& [native, reason] : reasons)
    EXPECT_EQ(rows(message_delta(native)), Rows{finish(reason, native)}) << native;
  EXPECT_EQ(rows(event("message_delta",
                       R"({"type":"message_delta","delta":{"stop_reason":null},"usage":{}})")),
            Rows{});
}

TEST(AnthropicStream, RefusalTellsWhy) {
  const AssembledReply reply = read_reply(
      translated(start() +
                 event("message_delta",
                       R"({"type":"message_delta","delta":{"stop_reason":"refusal",)"
                       R"("stop_details":{"category":"cyber","explanation":"Not \"this\"."}}})") +
                 stop())
          .out);
  EXPECT_EQ(reply.choices.at(0).refusal, "Not \"this\".");
  EXPECT_EQ(reply.choices.at(0).finish_reason, "content_filter");
}

TEST(AnthropicStream, WholeStreamIsReadByAClient) {
  const Translated result = translated(full_stream());
  EXPECT_EQ(result.state, State::ended);
  EXPECT_EQ(result.native_finish_reason(), "tool_use");
  const AssembledReply reply = read_reply(result.out);
  EXPECT_TRUE(reply.is_done);
  ASSERT_EQ(reply.choices.size(), 1u);
  const AssembledReply::Choice& choice = reply.choices[0];
  EXPECT_EQ(choice.roles, 1);
  EXPECT_EQ(choice.finishes, 1);
  EXPECT_EQ(choice.finish_reason, "tool_calls");
  EXPECT_EQ(choice.content, "Hello \xf0\x9f\x98\x80\n");
  EXPECT_EQ(choice.thinking_blocks.dump(),
            R"([{"index":0,"signature":"EqQBCg/+w==","thinking":"","type":"thinking"},)"
            R"({"data":"Emw=","index":1,"type":"redacted_thinking"}])");
  EXPECT_EQ(reply.usage.dump(),
            R"({"completion_tokens":15,"prompt_tokens":20,"prompt_tokens_details":)"
            R"({"cache_write_tokens":3,"cached_tokens":7},"total_tokens":35})");
}

TEST(AnthropicStream, S1CallsAreCountedAmongCalls) {
  const AssembledReply reply = read_reply(
      translated(start() + text_block(0) + thinking_block(1) + tool_block(2, "a", "f") +
                 tool_block(3, "b", "g") + input(3, "{\\\"b\\\":1") + input(2, "{\\\"a\\\":1}") +
                 tool_block(4, "c", "h") + input(4, "{}") + input(3, "}") + stop_block(4) +
                 stop_block(3) + stop_block(2) + message_delta("tool_use") + stop())
          .out);
  const json& calls = reply.choices.at(0).tool_calls;
  ASSERT_EQ(calls.size(), 3u);
  const std::string names[] = {"f", "g", "h"};
  const std::string arguments[] = {R"({"a":1})", R"({"b":1})", "{}"};
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(calls[i]["function"]["name"], names[i]);
    EXPECT_EQ(calls[i]["function"]["arguments"], arguments[i]);
  }
}

TEST(AnthropicStream, S2CallWithoutArgumentsGetsAnEmptyObject) {
  for (const std::string& end : {stop_block(0), std::string()}) {
    const AssembledReply reply =
        read_reply(translated(start() + tool_block(0, "a", "f") + input(0, "") + end +
                              message_delta("tool_use") + stop())
                       .out);
    EXPECT_EQ(reply.choices.at(0).tool_calls.at(0)["function"]["arguments"], "{}");
  }
}

TEST(AnthropicStream, S3EmptyFirstPieceOfArgumentsIsNothing) {
  EXPECT_EQ(rows(tool_block(0, "a", "f") + input(0, "")).size(), 1u);
}

TEST(AnthropicStream, S5OneFinishAChoice) {
  const AssembledReply reply =
      read_reply(translated(start() + message_delta("max_tokens") + message_delta("end_turn") +
                            message_delta("tool_use") + stop())
                     .out);
  EXPECT_EQ(reply.choices.at(0).finishes, 1);
  EXPECT_EQ(reply.choices.at(0).finish_reason, "length");
  EXPECT_EQ(read_reply(translated(start() + stop()).out).choices.at(0).finishes, 1);
}

TEST(AnthropicStream, S6LengthWinsOverCalls) {
  const AssembledReply reply =
      read_reply(translated(start() + tool_block(0, "a", "f") + input(0, "{\\\"x") + stop_block(0) +
                            message_delta("max_tokens") + stop())
                     .out);
  EXPECT_EQ(reply.choices.at(0).finish_reason, "length");
  EXPECT_EQ(reply.choices.at(0).tool_calls.at(0)["function"]["arguments"], "{\"x");
}

TEST(AnthropicStream, S8ReasoningIsAllThatWasThought) {
  const AssembledReply reply = read_reply(translated(full_stream()).out);
  EXPECT_EQ(reply.choices.at(0).reasoning, "Let me see \xc3\xa4 \"x\"");
  AnswerTerms silent = terms;
  silent.shows_reasoning = false;
  const AssembledReply hidden = read_reply(translated(full_stream(), silent).out);
  EXPECT_EQ(hidden.choices.at(0).reasoning, "");
  EXPECT_TRUE(hidden.choices.at(0).thinking_blocks.empty());
  EXPECT_EQ(hidden.choices.at(0).content, reply.choices.at(0).content);
}

TEST(AnthropicStream, S10UsageOnlyWhenAsked) {
  AnswerTerms unasked = terms;
  unasked.wants_usage = false;
  const std::string out = translated(full_stream(), unasked).out;
  EXPECT_EQ(out.find("usage"), out.npos);
  EXPECT_EQ(out.find("\"choices\":[]"), out.npos);
  const auto all = bodies(translated(full_stream()).out);
  for (std::size_t i = 0; i + 2 < all.size(); ++i)
    EXPECT_TRUE(all[i] == ": ping" || all[i].ends_with(R"(,"usage":null)")) << all[i];
  EXPECT_TRUE(all[all.size() - 2].starts_with(R"([],"usage":{"prompt_tokens":20,)"));
}

TEST(AnthropicStream, S13OnlyOpenAisFinishReasonsLeave) {
  const AssembledReply reply =
      read_reply(translated(start() + message_delta(R"(od\"d\u0001)") + stop()).out);
  EXPECT_EQ(reply.choices.at(0).finish_reason, "stop");
  EXPECT_EQ(reply.choices.at(0).native_finish_reason, "od\"d\x01");
}

TEST(AnthropicStream, S18TextIsCopiedAsItIsSpelt) {
  const std::string odd = R"(\ud800 \u2028 \/ \u00E4 1.0 é \\n)";
  EXPECT_EQ(rows(text(0, odd)), Rows{row("\"content\":\"" + odd + "\"")});
  const std::string arguments = R"({\"n\":9007199254740993,\"b\":1.0,\"a\":\"\\ud800\"})";
  EXPECT_EQ(rows(tool_block(0, "a", "f") + input(0, arguments)).back(),
            row(R"("tool_calls":[{"index":0,"function":{"arguments":")" + arguments + "\"}}]"));
  EXPECT_EQ(
      rows(block(0, R"({"type":"tool_use","id":"a","name":"f","input":{"z":1.0,"a":"\ud800"}})")),
      Rows{row(
          R"("tool_calls":[{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":"{\"z\":1.0,\"a\":\"\\ud800\"}"}}])")});
}

TEST(AnthropicStream, S19CutsDoNotMatter) {
  expect_same_in_all_pieces(anthropic_stream, terms, full_stream());
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != text.npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

TEST(AnthropicStream, S19LineEndsDoNotMatter) {
  const std::string expected = translated(full_stream()).out;
  const std::string forms[] = {
      replaced(full_stream(), "\n", "\r\n"),
      replaced(full_stream(), "\n", "\r"),
      "\xef\xbb\xbf: welcome\n\n" + replaced(full_stream(), "data: ", "data:"),
      replaced(full_stream(), ",\"", ",\ndata: \""),
      full_stream().substr(0, full_stream().size() - 1),  // the last event lacks its blank line
      full_stream() + "data: not looked at\n\n",
  };
  for (const std::string& form : forms) EXPECT_EQ(translated(form).out, expected);
  const std::string brief = start() + text(0, "Hi") + message_delta("end_turn") + stop();
  for (const std::string_view line_end : {"\r\n", "\r"})
    expect_same_in_all_pieces(anthropic_stream, terms, replaced(brief, "\n", line_end));
  expect_same_in_all_pieces(anthropic_stream, terms,
                            "\xef\xbb\xbf: a\n\n" + replaced(brief, ",\"", ",\ndata: \""));
}

TEST(AnthropicStream, NoByteOfATextBeginsAnEvent) {
  const std::string stream = start() +
                             "data: {\"type\":\"content_block_delta\",\"index\":0,\n"
                             "data: \"delta\":{\"type\":\"text_delta\",\"text\":\"a\n"
                             "data: \n"
                             "data: data: [DONE]\n"
                             "data: \n"
                             "data: \"}}\n\n" +
                             message_delta("end_turn") + stop();
  const AssembledReply reply = read_reply(translated(stream).out);
  EXPECT_EQ(reply.choices.at(0).content, "a\n\ndata: [DONE]\n\n");
}

TEST(AnthropicStream, NamesThatAreMissingOrEndlessAreTheGateways) {
  const std::string longest(257, 'm');
  for (const std::string& names : {std::string("{}"), R"({"id":null,"model":7})" + std::string(),
                                   R"({"id":")" + longest + R"(","model":")" + longest + "\"}"}) {
    const std::string out =
        translated(event("message_start", R"({"type":"message_start","message":)" + names + "}"))
            .out;
    EXPECT_TRUE(out.starts_with(
        R"(data: {"id":"chatcmpl-req-1","object":"chat.completion.chunk","created":1764403200,"model":"claude-sonnet-4-6",)"))
        << out;
  }
}

TEST(AnthropicStream, CallsWithoutAnIdGetOne) {
  const std::string call = block(0, R"({"type":"tool_use","name":"f","input":{}})");
  const AssembledReply one =
      read_reply(translated(start() + call + message_delta("tool_use") + stop()).out);
  const AssembledReply two =
      read_reply(translated(start() + call + message_delta("tool_use") + stop()).out);
  const std::string id = one.choices.at(0).tool_calls.at(0)["id"];
  EXPECT_EQ(id.size(), 29u);
  EXPECT_TRUE(id.starts_with("call_"));
  EXPECT_EQ(two.choices.at(0).tool_calls.at(0)["id"], id);
}

TEST(AnthropicStream, WhatIsLeftOutIsCountedByKind) {
  const std::string stream =
      start() + text_block(0) + delta(0, R"({"type":"citations_delta","citation":{}})") +
      delta(0, R"({"type":"novel_delta"})") + stop_block(0) +
      block(1, R"({"type":"server_tool_use","id":"s","name":"web_search","input":{}})") +
      input(1, "{}") + stop_block(1) + block(2, R"({"type":"web_search_tool_result"})") +
      block(3, R"({"type":"code_execution_tool_result"})") + block(4, R"({"type":"compaction"})") +
      message_delta("end_turn") + stop();
  expect_same_in_all_pieces(anthropic_stream, terms, stream);
  const Translated result = translated(stream);
  ASSERT_EQ(result.state, State::ended);
  const SkippedCounts& skipped = result.facts.skipped;
  EXPECT_EQ(skipped[SkippedKind::citation], 1u);
  EXPECT_EQ(skipped[SkippedKind::server_tool], 2u);
  EXPECT_EQ(skipped[SkippedKind::code_execution], 1u);
  EXPECT_EQ(skipped[SkippedKind::other], 1u);
  EXPECT_EQ(translated(full_stream()).facts.skipped.kinds, SkippedCounts().kinds);
}

TEST(AnthropicStream, FactsForTheEvent) {
  const std::string stream =
      start(R"({"input_tokens":1,"cache_creation":{"ephemeral_1h_input_tokens":20}})") +
      message_delta("max_tokens",
                    R"({"output_tokens":1,"server_tool_use":{"web_search_requests":2}})") +
      stop();
  const AnswerFacts facts = translated(stream).facts;
  EXPECT_EQ(facts.native_finish_reason, "max_tokens");
  EXPECT_EQ(facts.finish_reason, "length");
  EXPECT_TRUE(facts.is_at_max_tokens);
  EXPECT_EQ(facts.server_tool_requests, 2);
  const AnswerFacts cut = translated(start() + text_block(0) + text(0, "a")).facts;
  EXPECT_TRUE(cut.native_finish_reason.empty() && cut.finish_reason.empty());
}

}  // namespace
}  // namespace llmgw::proxy::anthropic_sample
