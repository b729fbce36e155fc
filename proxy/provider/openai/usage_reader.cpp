// SPDX-License-Identifier: MIT
// The places and spellings of OpenAI's usage, and what compatible servers made of them.
#include "proxy/provider/openai/usage_reader.hpp"

#include <array>

#include "common/json/scanner.hpp"

namespace llmgw::proxy {
namespace {

// Some servers send the names of both APIs and fill one of them, so they are kept apart.
enum Slot : std::uint8_t {
  prompt,
  completion,
  input,
  output,
  total,
  cached,
  reasoning,
  cache_hits,
  cache_writes
};

// That of a choice counts only where the document has none of its own.
enum class Place : std::uint8_t { document, choice };

constexpr std::uint8_t tag(Place place, Slot slot) {
  return place == Place::choice ? reply_tag::lesser_count(slot) : reply_tag::count(slot);
}

constexpr std::array<JsonKey, 2> prompt_detail_keys(Place place) {
  return {{{.name = "cached_tokens", .tag = tag(place, cached)},
           {.name = "cache_write_tokens", .tag = tag(place, cache_writes)}}};
}

constexpr std::array<JsonKey, 1> completion_detail_keys(Place place) {
  return {{{.name = "reasoning_tokens", .tag = tag(place, reasoning)}}};
}

constexpr std::array<JsonKey, 11> usage_keys(Place place, const JsonShape& prompt_details,
                                             const JsonShape& completion_details) {
  return {{
      {.name = "prompt_tokens", .tag = tag(place, prompt)},
      {.name = "completion_tokens", .tag = tag(place, completion)},
      {.name = "total_tokens", .tag = tag(place, total)},
      {.name = "prompt_tokens_details", .object = &prompt_details},
      {.name = "completion_tokens_details", .object = &completion_details},
      {.name = "input_tokens", .tag = tag(place, input)},
      {.name = "output_tokens", .tag = tag(place, output)},
      {.name = "input_tokens_details", .object = &prompt_details},
      {.name = "output_tokens_details", .object = &completion_details},
      {.name = "prompt_cache_hit_tokens", .tag = tag(place, cache_hits)},  // DeepSeek
      {.name = "num_cached_tokens", .tag = tag(place, cache_hits)},        // Mistral
  }};
}

constexpr auto prompt_keys = prompt_detail_keys(Place::document);
constexpr JsonShape prompt_details(prompt_keys);
constexpr auto completion_keys = completion_detail_keys(Place::document);
constexpr JsonShape completion_details(completion_keys);
constexpr auto own_usage_keys = usage_keys(Place::document, prompt_details, completion_details);
constexpr JsonShape usage(own_usage_keys);

constexpr auto choice_prompt_keys = prompt_detail_keys(Place::choice);
constexpr JsonShape choice_prompt(choice_prompt_keys);
constexpr auto choice_completion_keys = completion_detail_keys(Place::choice);
constexpr JsonShape choice_completion(choice_completion_keys);
constexpr auto choice_usage_keys = usage_keys(Place::choice, choice_prompt, choice_completion);
constexpr JsonShape choice_usage(choice_usage_keys);

constexpr JsonKey incomplete_keys[] = {{.name = "reason", .tag = reply_tag::finish_reason}};
constexpr JsonShape incomplete(incomplete_keys);

constexpr JsonKey response_keys[] = {
    {.name = "model", .tag = reply_tag::model},
    {.name = "incomplete_details", .object = &incomplete},
    {.name = "usage", .object = &usage},
    {.name = "service_tier", .tag = reply_tag::service_tier},
};
constexpr JsonShape response(response_keys);

constexpr JsonKey function_keys[] = {
    {.name = "arguments", .tag = reply_tag::text, .measured = true},
};
constexpr JsonShape function(function_keys);
constexpr JsonKey tool_call_keys[] = {{.name = "function", .object = &function}};
constexpr JsonShape tool_call(tool_call_keys);
constexpr JsonKey each_tool_call{.name = "", .object = &tool_call};

constexpr JsonKey delta_keys[] = {
    {.name = "content", .tag = reply_tag::text, .measured = true},
    {.name = "refusal", .tag = reply_tag::text, .measured = true},
    {.name = "reasoning_content", .tag = reply_tag::text, .measured = true},  // DeepSeek, llama.cpp
    {.name = "reasoning", .tag = reply_tag::text, .measured = true},          // Groq, vLLM
    {.name = "tool_calls", .element = &each_tool_call},
    {.name = "function_call", .object = &function},
};
constexpr JsonShape delta(delta_keys);

constexpr JsonKey choice_keys[] = {
    {.name = "delta", .object = &delta},
    {.name = "text", .tag = reply_tag::text, .measured = true},  // completions
    {.name = "finish_reason", .tag = reply_tag::finish_reason},
    {.name = "usage", .object = &choice_usage},  // Moonshot
};
constexpr JsonShape choice(choice_keys);
constexpr JsonKey each_choice{.name = "", .object = &choice};

constexpr JsonKey groq_keys[] = {{.name = "usage", .object = &usage}};
constexpr JsonShape groq(groq_keys);

constexpr JsonKey reply_keys[] = {
    {.name = "model", .tag = reply_tag::model},
    {.name = "choices", .element = &each_choice},
    {.name = "usage", .object = &usage},
    {.name = "error", .tag = reply_tag::error},
    {.name = "type", .tag = reply_tag::event_name},
    {.name = "delta", .tag = reply_tag::text, .measured = true},  // Responses, transcriptions
    {.name = "response", .object = &response},
    {.name = "incomplete_details", .object = &incomplete},
    {.name = "x_groq", .object = &groq},
    {.name = "service_tier", .tag = reply_tag::service_tier},
};
constexpr JsonShape reply(reply_keys);
// Google's errors stand in an array of one, where it speaks this API.
constexpr JsonKey error_keys[] = {{.name = "error", .tag = reply_tag::error}};
constexpr JsonShape listed_error(error_keys);
constexpr JsonKey each_error{.name = "", .object = &listed_error};
constexpr JsonKey root{.name = "", .object = &reply, .element = &each_error};
static_assert(levels(root) <= JsonScanner::max_levels);

Usage read_usage(const CountSlots& found) noexcept {
  const auto either = [&found](Slot first, Slot second) {
    return found[first] ? found[first] : found[second];
  };
  return {.prompt = either(prompt, input),
          .completion = either(completion, output),
          .total = found[total],
          .cached = either(cached, cache_hits),
          .reasoning = found[reasoning],
          .cache_write = found[cache_writes]};
}

bool tells_failure(std::string_view event_name) noexcept {
  return event_name == "error" || event_name == "response.failed";
}

// The sound of an answer comes in base64.
bool holds_text(std::string_view event_name) noexcept {
  return !event_name.ends_with("audio.delta");
}

}  // namespace

constinit const UsageReader openai_usage_reader{
    .reply = root,
    .usage = read_usage,
    .tells_failure = tells_failure,
    .holds_text = holds_text,
};

}  // namespace llmgw::proxy
