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

}  // namespace

constinit const RequestReader openai_request_reader{.body = root};

}  // namespace llmgw::proxy
