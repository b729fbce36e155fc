// SPDX-License-Identifier: MIT
// Asking a daemon of this machine how it is: what --healthcheck does.
#pragma once

#include <chrono>
#include <string_view>

#include "common/settings/listen_address.hpp"

namespace llmgw::http {

/// Whether GET `path` at a listener of this machine is answered with 200 within `limit`. An empty
/// or wildcard host, and `localhost`, mean either loopback address. False for port 0, which tells
/// nobody where the daemon listens. Blocks: runs a loop of its own.
bool probe(const ListenAddress& address, std::string_view path,
           std::chrono::milliseconds limit = std::chrono::milliseconds(1800));

}  // namespace llmgw::http
