// SPDX-License-Identifier: MIT
// PURE: what of a request's head decides whether it may reach the upstream, whose key it would
// spend.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "proxy/http/head.hpp"

namespace llmgw::proxy {

/// Those of RFC 9110 section 9 and PATCH (RFC 5789), but for CONNECT, as there is no tunnel, and
/// TRACE, whose answer would hold the key. For `Allow`.
inline constexpr std::string_view forwarded_methods =
    "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";
bool is_forwarded_method(std::string_view method) noexcept;

/// Whether a prefix names the path or something above it: `/v1/chat` is above `/v1/chat/x`, not
/// above `/v1/chats`. One that ends in a slash is above what follows alone.
bool is_below_any(std::string_view path, std::span<const std::string> prefixes) noexcept;

/// Whether a browser says that a page of another site makes this request: by `Sec-Fetch-Site`, or,
/// where that says nothing, by an `Origin` of another host than the request's.
bool is_cross_site(const http::RequestHead& head) noexcept;

/// Whether every `Origin` of the request, and there is one, is in the list; `*` in there is all,
/// and none.
bool is_origin_allowed(const http::Head& head, std::span<const std::string> origins) noexcept;

/// `authority`: as in Host. An entry without a port allows any.
bool is_host_allowed(std::string_view authority, std::span<const std::string> hosts) noexcept;

}  // namespace llmgw::proxy
