// SPDX-License-Identifier: MIT
// What is looked at in the bodies, and what of it the events hold.
#include "common/text/quantity.hpp"
#include "proxy/config/rows.hpp"

namespace llmgw::proxy {
namespace {

constexpr std::array<std::pair<std::string_view, StreamUsage>, 2> stream_usages{{
    {"inject", StreamUsage::inject},
    {"passthrough", StreamUsage::passthrough},
}};

constexpr std::array<std::pair<std::string_view, PayloadHash>, 2> payload_hashes{{
    {"off", PayloadHash::off},
    {"hmac", PayloadHash::hmac},
}};

// Without line breaks at its end, which editors add. Nothing is looked at unless digests are on.
void read_hash_key(SettingInput& input, Config& config) {
  constexpr std::size_t least = 16;
  const auto path = input.text();
  if (config.payload_hash == PayloadHash::off) return;
  if (!path) return input.fault("required with METERING_HASH_PAYLOADS=hmac");
  auto content = input.read_file(*path);
  if (!content) return input.fault(*path, "cannot be read: " + content.error().message());
  while (content->ends_with('\n') || content->ends_with('\r')) content->pop_back();
  config.hash_key = Secret(std::move(*content));
  config.hash_key_file = *path;
  if (config.hash_key.reveal().size() < least) input.fault(*path, "holds fewer than 16 bytes");
}

constexpr std::array<Row, 4> rows{{
    {{"METERING_CAPTURE_BYTES",
      "256KB",
      "most bytes of one response that metering may hold; `0` looks at no body at all",
      {},
      "Metering"},
     [](SettingInput& input, Config& config) { config.capture_bytes = input.size(0, 1ULL << 30); },
     [](const Config& config) { return format_size(config.capture_bytes); }},
    {{"METERING_STREAM_USAGE", "inject",
      "`inject`: a streamed chat completion without `stream_options` is asked for its usage "
      "upstream, and the client sees the stream it would have seen; `passthrough`: neither request "
      "nor stream is touched"},
     [](SettingInput& input, Config& config) { config.stream_usage = input.choice(stream_usages); },
     [](const Config& config) { return word_of(stream_usages, config.stream_usage); }},
    {{"METERING_HASH_PAYLOADS", "off",
      "`hmac`: events hold keyed SHA-256 digests of the request's and the response's body"},
     [](SettingInput& input, Config& config) {
       config.payload_hash = input.choice(payload_hashes);
     },
     [](const Config& config) { return word_of(payload_hashes, config.payload_hash); }},
    {{"METERING_HASH_KEY_FILE", "",
      "the key of those digests: a file that holds at least 16 bytes, read at start", "unset"},
     read_hash_key,
     [](const Config& config) { return config.hash_key_file; }},
}};

}  // namespace

std::span<const Row> metering_rows() noexcept { return rows; }

}  // namespace llmgw::proxy
