// SPDX-License-Identifier: MIT
// PURE: how a streamed chat completion is asked for its usage: a member of its body.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace llmgw::proxy {

/// What is inserted: behind the last of other members.
inline constexpr std::string_view usage_option = R"(,"stream_options":{"include_usage":true})";
/// The same where usage is wanted on every chunk.
inline constexpr std::string_view continuous_usage_option =
    R"(,"stream_options":{"include_usage":true,"continuous_usage_stats":true})";

/// Where in `body` it belongs, if that is a JSON object with `"stream":true` at top level that says
/// nothing of `stream_options`. Nothing where there is any doubt: no JSON, `stream` given twice and
/// differently, nested deeper than anybody nests. Nothing else of the body is to be changed.
std::optional<std::size_t> place_for_usage_option(std::string_view body) noexcept;

}  // namespace llmgw::proxy
