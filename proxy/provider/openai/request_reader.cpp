// SPDX-License-Identifier: MIT
// The few top-level members of a request that its endpoints have in common.
#include "proxy/provider/openai/request_reader.hpp"

#include "common/json/scanner.hpp"

namespace llmgw::proxy {
namespace {

constexpr JsonKey option_keys[] = {{.name = "include_usage", .tag = request_tag::wants_usage}};
constexpr JsonShape options(option_keys);
constexpr JsonKey request_keys[] = {
    {.name = "model", .tag = request_tag::model},
    {.name = "stream", .tag = request_tag::stream},
    {.name = "stream_options", .tag = request_tag::decides_usage, .object = &options},
};
constexpr JsonShape request(request_keys);
constexpr JsonKey root{.name = "", .object = &request};
static_assert(levels(root) <= JsonScanner::max_levels);

// What answers may take, also where the API is another one's: Anthropic's has `max_tokens` too.
constexpr JsonKey generation_keys[] = {
    {.name = "maxOutputTokens", .tag = request_tag::max_tokens},
    {.name = "candidateCount", .tag = request_tag::answers},
    {.name = "max_output_tokens", .tag = request_tag::max_tokens},
    {.name = "candidate_count", .tag = request_tag::answers},
};
constexpr JsonShape generation(generation_keys);
constexpr JsonKey counted_keys[] = {
    {.name = "model", .tag = request_tag::model},
    {.name = "stream", .tag = request_tag::stream},
    {.name = "stream_options", .tag = request_tag::decides_usage, .object = &options},
    {.name = "max_tokens", .tag = request_tag::max_tokens},
    {.name = "max_completion_tokens", .tag = request_tag::max_tokens},
    {.name = "max_output_tokens", .tag = request_tag::max_tokens},
    {.name = "n", .tag = request_tag::answers},
    {.name = "generationConfig", .object = &generation},
    {.name = "generation_config", .object = &generation},
};
constexpr JsonShape counted(counted_keys);
constexpr JsonKey counted_root{.name = "", .object = &counted};
static_assert(levels(counted_root) <= JsonScanner::max_levels);

}  // namespace

constinit const RequestReader counted_request_reader{.body = counted_root};

constinit const RequestReader openai_request_reader{.body = root};

}  // namespace llmgw::proxy
