// SPDX-License-Identifier: MIT
// The places and spellings of OpenAI's usage, and what compatible servers made of them.
#include "proxy/provider/openai_usage.hpp"

#include "proxy/metering/json_scanner.hpp"

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
  cache_hits
};

constexpr std::uint8_t tag(Slot slot) { return reply_tag::count(slot); }

constexpr JsonKey prompt_detail_keys[] = {{.name = "cached_tokens", .tag = tag(cached)}};
constexpr JsonShape prompt_details(prompt_detail_keys);
constexpr JsonKey completion_detail_keys[] = {{.name = "reasoning_tokens", .tag = tag(reasoning)}};
constexpr JsonShape completion_details(completion_detail_keys);

constexpr JsonKey usage_keys[] = {
    {.name = "prompt_tokens", .tag = tag(prompt)},
    {.name = "completion_tokens", .tag = tag(completion)},
    {.name = "total_tokens", .tag = tag(total)},
    {.name = "prompt_tokens_details", .object = &prompt_details},
    {.name = "completion_tokens_details", .object = &completion_details},
    {.name = "input_tokens", .tag = tag(input)},
    {.name = "output_tokens", .tag = tag(output)},
    {.name = "input_tokens_details", .object = &prompt_details},
    {.name = "output_tokens_details", .object = &completion_details},
    {.name = "prompt_cache_hit_tokens", .tag = tag(cache_hits)},  // DeepSeek
    {.name = "num_cached_tokens", .tag = tag(cache_hits)},        // Mistral
};
constexpr JsonShape usage(usage_keys);

constexpr JsonKey incomplete_keys[] = {{.name = "reason", .tag = reply_tag::finish_reason}};
constexpr JsonShape incomplete(incomplete_keys);

constexpr JsonKey response_keys[] = {
    {.name = "model", .tag = reply_tag::model},
    {.name = "incomplete_details", .object = &incomplete},
    {.name = "usage", .object = &usage},
};
constexpr JsonShape response(response_keys);

constexpr JsonKey choice_keys[] = {
    {.name = "finish_reason", .tag = reply_tag::finish_reason},
    {.name = "usage", .object = &usage},  // Moonshot
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
    {.name = "response", .object = &response},
    {.name = "incomplete_details", .object = &incomplete},
    {.name = "x_groq", .object = &groq},
};
constexpr JsonShape reply(reply_keys);
constexpr JsonKey root{.name = "", .object = &reply};
static_assert(levels(root) <= JsonScanner::max_levels);

Usage read_usage(const CountSlots& found) noexcept {
  const auto either = [&found](Slot first, Slot second) {
    return found[first] ? found[first] : found[second];
  };
  return {.prompt = either(prompt, input),
          .completion = either(completion, output),
          .total = found[total],
          .cached = either(cached, cache_hits),
          .reasoning = found[reasoning]};
}

bool tells_failure(std::string_view event_name) noexcept {
  return event_name == "error" || event_name == "response.failed";
}

}  // namespace

constinit const UsageReader openai_usage_reader{
    .reply = root,
    .words = {R"("usage")", R"("finish_reason")", R"("error")", R"("model")"},
    .usage = read_usage,
    .tells_failure = tells_failure,
};

}  // namespace llmgw::proxy
