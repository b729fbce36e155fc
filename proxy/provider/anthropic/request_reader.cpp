// SPDX-License-Identifier: MIT
// The two members of a request that matter here.
#include "proxy/provider/anthropic/request_reader.hpp"

#include "common/json/scanner.hpp"

namespace llmgw::proxy {
namespace {

constexpr JsonKey request_keys[] = {
    {.name = "model", .tag = request_tag::model},
    {.name = "stream", .tag = request_tag::stream},
};
constexpr JsonShape request(request_keys);
constexpr JsonKey root{.name = "", .object = &request};
static_assert(levels(root) <= JsonScanner::max_levels);

}  // namespace

constinit const RequestReader anthropic_request_reader{.body = root};

}  // namespace llmgw::proxy
