// SPDX-License-Identifier: MIT
// Runs streams through a translation, in all pieces and cut off, and reads what came out as a
// client does.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/provider/translation.hpp"
#include "tests/support/in_pieces.hpp"

namespace llmgw::proxy {

using State = StreamTranslation::State;
using MakeStream = std::unique_ptr<StreamTranslation> (*)(const AnswerTerms&, std::size_t);

inline constexpr std::size_t most_event = std::size_t{16} * 1024 * 1024;

/// What became of a stream.
struct Translated {
  std::string out = {};
  State state = State::waiting;
  TranslatedError error = {};
  AnswerFacts facts = {};

  std::string_view native_finish_reason() const { return facts.native_finish_reason.view(); }
};

/// One translation under way, made of terms that are gone by then.
class UnderWay {
 public:
  UnderWay(MakeStream make, const AnswerTerms& terms, std::size_t most = most_event) {
    const std::string provider(terms.provider);
    const std::string model(terms.model);
    const std::string request_id(terms.request_id);
    AnswerTerms own = terms;
    own.provider = provider;
    own.model = model;
    own.request_id = request_id;
    stream_ = make(own, most);
  }

  State show(std::string_view piece) {
    result_.state = stream_->pass(piece, result_.out);
    return result_.state;
  }
  Translated finish(bool is_whole = true, std::string_view code = "") {
    result_.state = stream_->finish(is_whole, code, result_.out);
    result_.error = stream_->error();
    result_.facts = stream_->facts();
    return result_;
  }

 private:
  std::unique_ptr<StreamTranslation> stream_;
  Translated result_;
};

inline Translated translate(MakeStream make, const AnswerTerms& terms, std::string_view text,
                            bool is_whole = true, std::string_view code = "") {
  UnderWay run(make, terms);
  run.show(text);
  return run.finish(is_whole, code);
}

/// Holds that the cuts of a stream do not matter.
inline void expect_same_in_all_pieces(MakeStream make, const AnswerTerms& terms,
                                      const std::string& text, bool is_whole = true,
                                      std::size_t most = most_event) {
  UnderWay whole(make, terms, most);
  whole.show(text);
  const Translated expected = whole.finish(is_whole);
  in_all_pieces(text, [&](auto feed, const std::string& how) {
    UnderWay run(make, terms, most);
    feed([&](std::string_view piece) { run.show(piece); });
    const Translated result = run.finish(is_whole);
    ASSERT_EQ(result.out, expected.out) << how;
    ASSERT_EQ(result.state, expected.state) << how;
    ASSERT_EQ(result.error.message, expected.error.message) << how;
    ASSERT_EQ(result.native_finish_reason(), expected.native_finish_reason()) << how;
    ASSERT_EQ(result.facts.finish_reason, expected.facts.finish_reason) << how;
    ASSERT_EQ(result.facts.skipped.kinds, expected.facts.skipped.kinds) << how;
  });
}

/// What an OpenAI client puts together.
struct AssembledReply {
  struct Choice {
    std::string content = {};
    std::string reasoning = {};
    std::string refusal = {};
    nlohmann::json tool_calls = nlohmann::json::array();
    nlohmann::json thinking_blocks = nlohmann::json::array();
    nlohmann::json images = nlohmann::json::array();
    std::string finish_reason = {};
    std::string native_finish_reason = {};
    int finishes = 0;
    int roles = 0;
  };
  std::vector<Choice> choices = {};
  nlohmann::json usage = {};
  nlohmann::json error = {};
  std::size_t chunks = 0;
  bool is_done = false;
};

// As the accumulators of the official clients: an entry's place is its index, texts are joined.
inline void accumulate(nlohmann::json& list, const nlohmann::json& entries) {
  for (const auto& entry : entries) {
    const auto index = entry.at("index").get<std::size_t>();
    ASSERT_LE(index, list.size());
    if (index == list.size()) list.push_back(nlohmann::json::object());
    auto& held = list[index];
    for (const auto& [key, value] : entry.items()) {
      if (key == "index" || key == "type") {
        held[key] = value;
      } else if (key == "function" && held.contains(key)) {
        for (const auto& [name, text] : value.items())
          held[key][name] = held[key].value(name, "") + text.get<std::string>();
      } else {
        ASSERT_FALSE(held.contains(key)) << "joined: " << key;
        held[key] = value;
      }
    }
  }
}

inline void take_choice(const nlohmann::json& from, AssembledReply::Choice& choice) {
  const auto& delta = from.at("delta");
  choice.content += delta.value("content", "");
  choice.reasoning += delta.value("reasoning_content", "");
  choice.refusal += delta.value("refusal", "");
  if (delta.contains("role")) ++choice.roles;
  if (delta.contains("tool_calls")) accumulate(choice.tool_calls, delta["tool_calls"]);
  if (delta.contains("thinking_blocks"))
    accumulate(choice.thinking_blocks, delta["thinking_blocks"]);
  if (delta.contains("images")) accumulate(choice.images, delta["images"]);
  if (from.at("finish_reason").is_null()) return;
  ++choice.finishes;
  choice.finish_reason = from["finish_reason"];
  if (from["native_finish_reason"].is_string())
    choice.native_finish_reason = from["native_finish_reason"];
}

/// Reads the output; a fault in its form fails the test.
inline AssembledReply read_reply(std::string_view out) {
  AssembledReply reply;
  nlohmann::json names;
  while (!out.empty()) {
    const std::size_t end = out.find("\n\n");
    if (end == out.npos) {
      ADD_FAILURE() << "no whole event: " << out;
      break;
    }
    std::string_view event = out.substr(0, end);
    out.remove_prefix(end + 2);
    if (event == ": ping") continue;
    EXPECT_TRUE(event.starts_with("data: ")) << event;
    EXPECT_FALSE(reply.is_done || !reply.error.is_null()) << "behind the end: " << event;
    event.remove_prefix(std::min<std::size_t>(6, event.size()));
    reply.is_done = event == "[DONE]";
    if (reply.is_done) continue;
    const auto chunk = nlohmann::json::parse(event, nullptr, false);
    if (!chunk.is_object()) {
      ADD_FAILURE() << "no JSON: " << event;
      break;
    }
    if (chunk.contains("error")) {
      reply.error = chunk["error"];
      continue;
    }
    ++reply.chunks;
    const nlohmann::json own{chunk["id"], chunk["created"], chunk["model"]};
    if (names.is_null()) names = own;
    EXPECT_EQ(names, own);
    for (const auto& choice : chunk.at("choices")) {
      const auto index = choice.at("index").get<std::size_t>();
      if (index >= reply.choices.size()) reply.choices.resize(index + 1);
      take_choice(choice, reply.choices[index]);
    }
    if (chunk.contains("usage") && !chunk["usage"].is_null()) reply.usage = chunk["usage"];
  }
  return reply;
}

/// Without the head that all chunks of a stream share: `CHOICES` or `CHOICES,"usage":...`.
inline std::vector<std::string> bodies(std::string_view out) {
  std::vector<std::string> all;
  while (!out.empty()) {
    const std::size_t end = std::min(out.find("\n\n"), out.size());
    std::string_view event = out.substr(0, end);
    out.remove_prefix(std::min(end + 2, out.size()));
    const std::size_t at = event.find("\"choices\":");
    if (event.starts_with("data: {\"id\"") && at != event.npos)
      event = event.substr(at + 10, event.size() - at - 11);
    all.emplace_back(event);
  }
  return all;
}

}  // namespace llmgw::proxy
