// SPDX-License-Identifier: MIT
// The places of Anthropic's usage.
#include "proxy/provider/anthropic/usage_reader.hpp"

#include "common/json/scanner.hpp"

namespace llmgw::proxy {
namespace {

enum Slot : std::uint8_t {
  input,
  output,
  cache_read,
  cache_write,
  cache_write_1h,
  thinking,
  sum_of_input,  // and those of iterations from here on
  sum_of_output,
  sum_of_cache_read,
  sum_of_cache_write,
  sum_of_cache_write_1h
};
static_assert(sum_of_cache_write_1h < CountSlots::size);

constexpr JsonKey iteration_creation_keys[] = {
    {.name = "ephemeral_1h_input_tokens", .tag = reply_tag::part(sum_of_cache_write_1h)}};
constexpr JsonShape iteration_creation(iteration_creation_keys);

constexpr JsonKey iteration_keys[] = {
    {.name = "input_tokens", .tag = reply_tag::part(sum_of_input)},
    {.name = "output_tokens", .tag = reply_tag::part(sum_of_output)},
    {.name = "cache_read_input_tokens", .tag = reply_tag::part(sum_of_cache_read)},
    {.name = "cache_creation_input_tokens", .tag = reply_tag::part(sum_of_cache_write)},
    {.name = "cache_creation", .object = &iteration_creation},
};
constexpr JsonShape iteration(iteration_keys);
constexpr JsonKey each_iteration{.name = "", .object = &iteration};

constexpr JsonKey output_detail_keys[] = {
    {.name = "thinking_tokens", .tag = reply_tag::count(thinking)}};
constexpr JsonShape output_details(output_detail_keys);

constexpr JsonKey creation_keys[] = {
    {.name = "ephemeral_1h_input_tokens", .tag = reply_tag::count(cache_write_1h)}};
constexpr JsonShape creation(creation_keys);

constexpr JsonKey usage_keys[] = {
    {.name = "input_tokens", .tag = reply_tag::count(input)},
    {.name = "output_tokens", .tag = reply_tag::count(output)},
    {.name = "cache_read_input_tokens", .tag = reply_tag::count(cache_read)},
    {.name = "cache_creation_input_tokens", .tag = reply_tag::count(cache_write)},
    {.name = "cache_creation", .object = &creation},
    {.name = "output_tokens_details", .object = &output_details},
    {.name = "iterations", .tag = reply_tag::new_sums, .element = &each_iteration},
    {.name = "service_tier", .tag = reply_tag::service_tier},
};
constexpr JsonShape usage(usage_keys);
// A later usage without iterations makes those of an earlier one stale.
constexpr JsonKey usage_key{.name = "usage", .tag = reply_tag::new_sums, .object = &usage};

constexpr JsonKey message_keys[] = {
    {.name = "model", .tag = reply_tag::model},
    {.name = "stop_reason", .tag = reply_tag::finish_reason},
    usage_key,
};
constexpr JsonShape message(message_keys);

constexpr JsonKey delta_keys[] = {
    {.name = "text", .tag = reply_tag::text, .measured = true},
    {.name = "thinking", .tag = reply_tag::text, .measured = true},
    {.name = "partial_json", .tag = reply_tag::text, .measured = true},
    {.name = "stop_reason", .tag = reply_tag::finish_reason},
};
constexpr JsonShape delta(delta_keys);

// Some servers begin a block with its first text.
constexpr JsonKey block_keys[] = {
    {.name = "text", .tag = reply_tag::text, .measured = true},
    {.name = "thinking", .tag = reply_tag::text, .measured = true},
};
constexpr JsonShape block(block_keys);

// A message by itself, or an event.
constexpr JsonKey reply_keys[] = {
    {.name = "type", .tag = reply_tag::event_name},
    {.name = "model", .tag = reply_tag::model},
    {.name = "stop_reason", .tag = reply_tag::finish_reason},
    {.name = "message", .object = &message},
    {.name = "delta", .object = &delta},
    {.name = "content_block", .object = &block},
    {.name = "error", .tag = reply_tag::error},
    usage_key,
};
constexpr JsonShape reply(reply_keys);
constexpr JsonKey root{.name = "", .object = &reply};
static_assert(levels(root) <= JsonScanner::max_levels);

// With the prompt as it was sent.
Usage read_parts(const CountSlots& found) noexcept {
  const auto either = [&found](Slot sum, Slot last) {
    return found[sum] ? found[sum] : found[last];
  };
  return {.prompt = either(sum_of_input, input),
          .completion = either(sum_of_output, output),
          .total = std::nullopt,
          .cached = either(sum_of_cache_read, cache_read),
          .reasoning = found[thinking],
          .cache_write = either(sum_of_cache_write, cache_write),
          .cache_write_1h = either(sum_of_cache_write_1h, cache_write_1h)};
}

Usage read_usage(const CountSlots& found) noexcept {
  Usage read = read_parts(found);
  if (read.prompt) *read.prompt += read.cached.value_or(0) + read.cache_write.value_or(0);
  return read;
}

bool tells_failure(std::string_view event_name) noexcept { return event_name == "error"; }

bool holds_text(std::string_view) noexcept { return true; }

}  // namespace

constinit const UsageReader anthropic_usage_reader{
    .reply = root,
    .usage = read_usage,
    .tells_failure = tells_failure,
    .holds_text = holds_text,
    .first_sum = sum_of_input,
};

constinit const UsageReader anthropic_inclusive_usage_reader{
    .reply = root,
    .usage = read_parts,
    .tells_failure = tells_failure,
    .holds_text = holds_text,
    .first_sum = sum_of_input,
};

}  // namespace llmgw::proxy
