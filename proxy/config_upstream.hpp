// SPDX-License-Identifier: MIT
// PURE: the settings of one upstream.
#pragma once

#include <cstdint>
#include <string>

#include "common/secret.hpp"
#include "common/settings/http_url.hpp"

namespace llmgw::proxy {

/// Whether a streamed completion that did not ask for its usage is asked for it upstream.
enum class StreamUsage : std::uint8_t { inject, passthrough };

/// A server that answers requests, and how it is spoken to.
struct UpstreamSettings {
  std::string name = {};      ///< what requests and metrics call it: 1 to 64 of [A-Za-z0-9._-]
  std::string type = {};      ///< its dialect, one that provider/registry knows: `openai`
  HttpUrl address = {};       ///< path: the prefix before `/v1`, so a target is path + "/v1/..."
  Secret key = {};            ///< visible ASCII, as it stood at start where it comes from a file;
                              ///< empty: no credentials are sent
  std::string key_file = {};  ///< empty: the key does not come from a file
  std::string ca_file = {};   ///< empty: the system store alone
  std::string ca_pem = {};    ///< content of that file, holds at least one certificate
  StreamUsage stream_usage = StreamUsage::inject;
};

}  // namespace llmgw::proxy
