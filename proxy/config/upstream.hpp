// SPDX-License-Identifier: MIT
// PURE: the settings of one upstream, and how the parts of them are read.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/error.hpp"
#include "common/secret.hpp"
#include "common/settings/http_url.hpp"
#include "common/system/read_file.hpp"
#include "proxy/config/routing.hpp"

namespace llmgw::proxy {

/// Whether a streamed completion that did not ask for its usage is asked for it upstream.
enum class StreamUsage : std::uint8_t {
  inject,
  continuous,  ///< on every chunk, as vLLM and its kin can
  passthrough,
};

/// A key of the gateway's.
struct UpstreamKey {
  std::string name = {};     ///< what people call it; its position where nobody does
  Secret key = {};           ///< visible ASCII, as it stood at start where it comes from a file
  std::string file = {};     ///< empty: it does not come from a file
  std::uint64_t weight = 1;  ///< its share beside other keys

  friend bool operator==(const UpstreamKey&, const UpstreamKey&) = default;
};

/// How long what may last; 0: as is said for all, and where nothing is, as long as it likes.
struct UpstreamTimeouts {
  std::chrono::nanoseconds connect{};      ///< each of look-up, TCP and TLS
  std::chrono::nanoseconds head{};         ///< from the end of the request to the answer's head
  std::chrono::nanoseconds first_token{};  ///< from there to the first event of a stream
  std::chrono::nanoseconds idle{};         ///< between two reads
  std::chrono::nanoseconds total{};        ///< the whole exchange, all attempts

  friend bool operator==(const UpstreamTimeouts&, const UpstreamTimeouts&) = default;
};

/// A server that answers requests, and how it is spoken to.
struct UpstreamSettings {
  std::string name = {};  ///< what requests and metrics call it: 1 to 64 of [A-Za-z0-9._-]
  std::string type = {};  ///< its dialect, one that provider/registry knows
  HttpUrl address = {};   ///< path: the prefix before `/v1`, so a target is path + "/v1/..."
  std::vector<UpstreamKey> keys = {};  ///< none: no credentials are sent
  std::string ca_file = {};            ///< empty: the system store alone
  std::string ca_pem = {};             ///< content of that file, holds at least one certificate
  StreamUsage stream_usage = StreamUsage::inject;
  /// In addresses: of Azure's classic form, empty for form v1; of Gemini, empty for the usual one.
  std::string api_version = {};
  bool uses_bearer = false;  ///< the key goes as a bearer token, whatever is usual with its type
  std::string version = {};  ///< of Anthropic's API where the client names none; empty: as usual
  bool discovers = false;    ///< it is asked which models it has
  std::string beta = {};     ///< of Anthropic's API, for translated requests: names by commas
  bool input_includes_cache = false;     ///< its `input_tokens` hold what its cache served
  TranslationSettings translation = {};  ///< of its targets, where they say nothing else
  UpstreamTimeouts timeouts = {};
  CooldownSettings cooldown = {};

  friend bool operator==(const UpstreamSettings&, const UpstreamSettings&) = default;
};

/// What a key has to be, for whoever gave another one.
inline constexpr std::string_view key_form =
    "the key must be visible ASCII without spaces and line breaks (its value is not shown)";

/// The key in a key file's content: trailing line breaks are dropped, the rest must be visible
/// ASCII. errc::invalid_setting otherwise. Also for the re-reading of a key file that changed.
Result<Secret> parse_upstream_key(std::string text);

/// The same for the value of a variable, where no line break is dropped.
Result<Secret> parse_key_variable(std::string text);

/// Reads PEM text that holds at least one certificate into `pem`; what is wrong with the file, or
/// nothing.
std::optional<std::string> read_certificates(const FileReader& read, const std::string& path,
                                             std::string& pem);

/// Why an URL cannot be the base of an upstream; nothing if it can.
std::optional<std::string_view> refusal_of_base(const HttpUrl& url);

/// The URL as it stands before `/v1/...`: a trailing `/v1` or `/` changes nothing.
HttpUrl as_base(HttpUrl url);

}  // namespace llmgw::proxy
