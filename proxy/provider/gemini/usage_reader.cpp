// SPDX-License-Identifier: MIT
// The places of Gemini's usage.
#include "proxy/provider/gemini/usage_reader.hpp"

#include "common/json/scanner.hpp"

namespace llmgw::proxy {
namespace {

enum Slot : std::uint8_t { prompt, candidates, thoughts, tool_prompt, total, cached };

constexpr JsonKey usage_keys[] = {
    {.name = "promptTokenCount", .tag = reply_tag::count(prompt)},
    {.name = "candidatesTokenCount", .tag = reply_tag::count(candidates)},
    {.name = "thoughtsTokenCount", .tag = reply_tag::count(thoughts)},
    {.name = "toolUsePromptTokenCount", .tag = reply_tag::count(tool_prompt)},
    {.name = "totalTokenCount", .tag = reply_tag::count(total)},
    {.name = "cachedContentTokenCount", .tag = reply_tag::count(cached)},
    {.name = "serviceTier", .tag = reply_tag::service_tier},
};
constexpr JsonShape usage(usage_keys);

constexpr JsonKey part_keys[] = {{.name = "text", .tag = reply_tag::text, .measured = true}};
constexpr JsonShape part(part_keys);
constexpr JsonKey each_part{.name = "", .object = &part};
constexpr JsonKey content_keys[] = {{.name = "parts", .element = &each_part}};
constexpr JsonShape content(content_keys);
constexpr JsonKey candidate_keys[] = {
    {.name = "content", .object = &content},
    {.name = "finishReason", .tag = reply_tag::finish_reason},
};
constexpr JsonShape candidate(candidate_keys);
constexpr JsonKey each_candidate{.name = "", .object = &candidate};

constexpr JsonKey feedback_keys[] = {{.name = "blockReason", .tag = reply_tag::finish_reason}};
constexpr JsonShape feedback(feedback_keys);

constexpr JsonKey reply_keys[] = {
    {.name = "candidates", .element = &each_candidate},
    {.name = "usageMetadata", .object = &usage},
    {.name = "modelVersion", .tag = reply_tag::model},
    {.name = "promptFeedback", .object = &feedback},
    {.name = "error", .tag = reply_tag::error},
};
constexpr JsonShape reply(reply_keys);
constexpr JsonKey each_reply{.name = "", .object = &reply};
constexpr JsonKey root{.name = "", .object = &reply, .element = &each_reply};
static_assert(levels(root) <= JsonScanner::max_levels);

using Count = std::optional<std::uint64_t>;

// What is zero is left out by servers, and so are whole counts by some of them.
Count sum(const Count& one, const Count& other) noexcept {
  if (!one && !other) return std::nullopt;
  return one.value_or(0) + other.value_or(0);
}

Usage read_usage(const CountSlots& found) noexcept {
  const Count read = sum(found[prompt], found[tool_prompt]);
  // With some servers the candidates hold the thoughts, with others they do not; the rest of the
  // total does.
  const bool is_rest = found[prompt] && found[total] && *found[total] >= *read;
  return {.prompt = read,
          .completion =
              is_rest ? Count(*found[total] - *read) : sum(found[candidates], found[thoughts]),
          .total = found[total],
          .cached = found[cached],
          .reasoning = found[thoughts]};
}

bool tells_failure(std::string_view) noexcept { return false; }  // its events have no names

bool holds_text(std::string_view) noexcept { return true; }

}  // namespace

constinit const UsageReader gemini_usage_reader{
    .reply = root,
    .usage = read_usage,
    .tells_failure = tells_failure,
    .holds_text = holds_text,
    .has_lists = true,
};

}  // namespace llmgw::proxy
