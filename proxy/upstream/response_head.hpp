// SPDX-License-Identifier: MIT
// PURE: the head of a response as it is sent to the client.
#pragma once

#include <string>
#include <string_view>

#include "proxy/http/head.hpp"
#include "proxy/upstream/reframe.hpp"

namespace llmgw::proxy {

/// How a response leaves for a client of this version; one that is filtered is framed anew.
BodyForm response_form(const http::ResponseHead& head, int client_minor_version,
                       bool is_filtered = false) noexcept;

/// Appends the head of a response, final or interim, for the client. `request_id` replaces the
/// upstream's own; empty on interim responses. `keep_alive`: whether the client's connection stays
/// open afterwards.
void append_response_head(std::string& out, const http::ResponseHead& head, BodyForm form,
                          std::string_view request_id, bool keep_alive, int client_minor_version);

}  // namespace llmgw::proxy
