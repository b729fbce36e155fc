// SPDX-License-Identifier: MIT
// Gemini has two lists side by side, OpenAI one within the other.
#include "proxy/provider/gemini/answer_logprobs.hpp"

#include <array>
#include <optional>

#include "proxy/provider/chat_answer/answer_body.hpp"
#include "proxy/provider/chat_answer/json_slices.hpp"
#include "proxy/provider/chat_answer/message_parts.hpp"

namespace llmgw::proxy {
namespace {

using chat_answer::JsonElements;
using chat_answer::members_of;
using chat_answer::separate;
using chat_answer::text_of;

bool is_number(std::string_view value) noexcept {
  return !value.empty() && (value.front() == '-' || (value.front() >= '0' && value.front() <= '9'));
}

// Appends a token without its closing brace. Gemini leaves out a number that is zero.
bool begin_token(std::string_view token, std::string& out) {
  constexpr std::array<std::string_view, 2> names{"token", "logProbability"};
  const auto members = members_of(token, names);
  if (!members) return false;
  const std::string_view logprob = members->back();
  out += '{';
  chat_answer::append_text("token", text_of(members->front()), out);
  out += R"(,"logprob":)";
  out += is_number(logprob) ? logprob : std::string_view("0");
  out += R"(,"bytes":null)";
  return true;
}

std::string alternatives(std::string_view top) {
  constexpr std::array<std::string_view, 1> names{"candidates"};
  const auto members = members_of(top, names);
  std::string list;
  if (!members) return list;
  JsonElements tokens(members->front());
  while (const auto token = tokens.next()) {
    std::string entry;
    if (!begin_token(*token, entry)) continue;
    separate(list);
    list += entry;
    list += '}';
  }
  return list;
}

}  // namespace

std::string chat_logprobs_of_gemini(std::string_view result) {
  constexpr std::array<std::string_view, 2> names{"chosenCandidates", "topCandidates"};
  const auto members = members_of(result, names);
  if (!members) return "null";
  JsonElements chosen(members->front());
  JsonElements top(members->back());
  std::string content;
  while (const auto token = chosen.next()) {
    const auto others = top.next();
    std::string entry;
    if (!begin_token(*token, entry)) continue;
    separate(content);
    content += entry;
    content += R"(,"top_logprobs":[)";
    content += alternatives(others.value_or(std::string_view()));
    content += "]}";
  }
  return content.empty() ? "null" : R"({"content":[)" + content + R"(],"refusal":null})";
}

}  // namespace llmgw::proxy
