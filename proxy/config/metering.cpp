// SPDX-License-Identifier: MIT
// What is looked at in the bodies, and what of it the events hold.
#include "common/text/quantity.hpp"
#include "proxy/config/rows.hpp"

namespace llmgw::proxy {
namespace {

using namespace std::chrono_literals;

constexpr std::array<std::pair<std::string_view, StreamUsage>, 3> stream_usages{{
    {"inject", StreamUsage::inject},
    {"continuous", StreamUsage::continuous},
    {"passthrough", StreamUsage::passthrough},
}};

constexpr std::array<std::pair<std::string_view, PayloadHash>, 2> payload_hashes{{
    {"off", PayloadHash::off},
    {"hmac", PayloadHash::hmac},
}};

constexpr std::array<std::pair<std::string_view, EstimateMode>, 3> estimate_modes{{
    {"off", EstimateMode::off},
    {"learned", EstimateMode::learned},
    {"bpe", EstimateMode::bpe},
}};

constexpr std::array<std::pair<std::string_view, quota::AbortBilling>, 3> abort_billings{{
    {quota::abort_billing_words[0], quota::AbortBilling::estimate},
    {quota::abort_billing_words[1], quota::AbortBilling::drain},
    {quota::abort_billing_words[2], quota::AbortBilling::waive},
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

constexpr std::array<Row, 9> rows{{
    {{"METERING_CAPTURE_BYTES",
      "256KB",
      "most bytes of one response that metering may hold; `0` looks at no body at all",
      {},
      "Metering"},
     [](SettingInput& input, Config& config) { config.capture_bytes = input.size(0, 1ULL << 30); },
     [](const Config& config) { return format_size(config.capture_bytes); }},
    {{"METERING_STREAM_USAGE", "inject",
      "`inject`: a streamed chat completion without `stream_options` is asked for its usage "
      "upstream, and the client sees the stream it would have seen; `continuous`: for it on every "
      "chunk, which vLLM understands, so that streams that are left have exact counts; "
      "`passthrough`: neither request nor stream is touched"},
     [](SettingInput& input, Config& config) { config.stream_usage = input.choice(stream_usages); },
     [](const Config& config) { return word_of(stream_usages, config.stream_usage); }},
    {{"METERING_ESTIMATE", "bpe",
      "tokens that nobody reported: `bpe` counts them by the model's tokenizer where that is "
      "public, and `learned`, as it does elsewhere, goes by bytes and what other exchanges of the "
      "model have shown; `off`: they stay unknown"},
     [](SettingInput& input, Config& config) { config.estimate = input.choice(estimate_modes); },
     [](const Config& config) { return word_of(estimate_modes, config.estimate); }},
    {{"METERING_ESTIMATE_MEMORY", "64MB",
      "text that is held for that, of all exchanges together; beyond it estimates are learned"},
     [](SettingInput& input, Config& config) {
       config.estimate_memory = input.size(1 << 20, 1ULL << 40);
     },
     [](const Config& config) { return format_size(config.estimate_memory); }},
    {{"ABORT_BILLING", "estimate",
      "a stream whose client leaves: `estimate` ends it and estimates what came; `drain` reads it "
      "on for a while without the client, so that its usage may come; `void` ends it and has it "
      "charged to nobody"},
     [](SettingInput& input, Config& config) {
       config.abort_billing = input.choice(abort_billings);
     },
     [](const Config& config) { return word_of(abort_billings, config.abort_billing); }},
    {{"ABORT_DRAIN_TIME", "10s", "the longest time that one is read on; at most 1 MB comes of it"},
     [](SettingInput& input, Config& config) {
       config.abort_drain_time = input.duration(100ms, 10min);
     },
     [](const Config& config) { return format_duration(config.abort_drain_time); }},
    {{"ABORT_DRAINS", "64", "how many are read on at a time"},
     [](SettingInput& input, Config& config) { config.abort_drains = input.integer(1, 100'000); },
     [](const Config& config) { return std::to_string(config.abort_drains); }},
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
