// SPDX-License-Identifier: MIT
// Anthropic leaves what its cache knows out of the input; OpenAI counts it in.
#include "proxy/provider/anthropic/answer_usage.hpp"

#include <array>

#include "proxy/provider/chat_answer/json_slices.hpp"

namespace llmgw::proxy {

using chat_answer::Count;
using chat_answer::count_of;
using chat_answer::members_of;
using chat_answer::replace;
using chat_answer::sum;

AnthropicAnswerUsage::Counts AnthropicAnswerUsage::read(std::string_view usage) {
  constexpr std::array<std::string_view, 5> names{
      "input_tokens", "output_tokens", "cache_creation_input_tokens", "cache_read_input_tokens",
      "output_tokens_details"};
  constexpr std::array<std::string_view, 1> details_names{"thinking_tokens"};
  const auto members = members_of(usage, names);
  if (!members) return {};
  const auto details = members_of((*members)[4], details_names);
  return {.input = count_of((*members)[0]),
          .output = count_of((*members)[1]),
          .cache_write = count_of((*members)[2]),
          .cache_read = count_of((*members)[3]),
          .thinking = details ? count_of(details->front()) : Count()};
}

AnthropicAnswerUsage::Counts AnthropicAnswerUsage::sum_of(std::string_view iterations) {
  Counts all;
  chat_answer::JsonElements elements(iterations);
  while (const auto element = elements.next()) {
    const Counts one = read(*element);
    all.input = sum(all.input, one.input);
    all.output = sum(all.output, one.output);
    all.cache_write = sum(all.cache_write, one.cache_write);
    all.cache_read = sum(all.cache_read, one.cache_read);
    all.thinking = sum(all.thinking, one.thinking);
  }
  return all;
}

Count AnthropicAnswerUsage::sum_of_tools(std::string_view tools) {
  constexpr std::array<std::string_view, 4> names{"web_search_requests", "web_fetch_requests",
                                                  "code_execution_requests",
                                                  "tool_search_requests"};
  Count all;
  const auto members = members_of(tools, names);
  if (!members) return all;
  for (const std::string_view each : *members) all = sum(all, count_of(each));
  return all;
}

void AnthropicAnswerUsage::note(std::string_view usage) {
  constexpr std::array<std::string_view, 2> names{"iterations", "server_tool_use"};
  const auto members = members_of(usage, names);
  if (!members) return;
  const auto replace_all = [](Counts& counts, const Counts& later) {
    replace(counts.input, later.input);
    replace(counts.output, later.output);
    replace(counts.cache_write, later.cache_write);
    replace(counts.cache_read, later.cache_read);
    replace(counts.thinking, later.thinking);
  };
  replace_all(own_, read(usage));
  replace_all(iterations_, sum_of(members->front()));
  replace(server_tools_, sum_of_tools(members->back()));
}

chat_answer::ChatUsage AnthropicAnswerUsage::in_chat_form() const {
  const auto either = [](Count first, Count second) { return first ? first : second; };
  const Count input = either(iterations_.input, own_.input);
  const Count output = either(iterations_.output, own_.output);
  const Count cache_write = either(iterations_.cache_write, own_.cache_write);
  const Count cache_read = either(iterations_.cache_read, own_.cache_read);
  const Count prompt = input_includes_cache_ ? input : sum(sum(input, cache_write), cache_read);
  return {.prompt = prompt,
          .completion = output,
          .total = prompt && output ? sum(prompt, output) : Count(),
          .cached = cache_read,
          .cache_write = cache_write,
          .reasoning = either(iterations_.thinking, own_.thinking)};
}

}  // namespace llmgw::proxy
