// SPDX-License-Identifier: MIT
// What one process takes upon itself, how it ends, and what it writes of itself.
#include "common/text/quantity.hpp"
#include "proxy/config/rows.hpp"

namespace llmgw::proxy {
namespace {

using namespace std::chrono_literals;

constexpr std::array<Row, 7> rows{{
    {{"MAX_REQUEST_BODY", "64MB", "larger requests are answered 413", {}, "Limits and shutdown"},
     [](SettingInput& input, Config& config) {
       config.max_request_body = input.size(1, 1ULL << 40);
     },
     [](const Config& config) { return format_size(config.max_request_body); }},
    {{"HELD_REQUESTS_MEMORY", "256MB",
      "what all request bodies that are held take together, because they are to be sent otherwise "
      "than they came, or perhaps again; beyond it streams are not asked for their usage, and what "
      "cannot be routed without its body is answered 503"},
     [](SettingInput& input, Config& config) {
       config.held_memory = input.size(1 << 20, 1ULL << 40);
     },
     [](const Config& config) { return format_size(config.held_memory); }},
    {{"MAX_STREAM_EVENT", "16MB",
      "largest event of a stream that is translated; a larger one breaks it off"},
     [](SettingInput& input, Config& config) {
       config.max_stream_event = input.size(1'024, 1ULL << 30);
     },
     [](const Config& config) { return format_size(config.max_stream_event); }},
    {{"MAX_TRANSLATED_RESPONSE", "32MB",
      "largest answer that is no stream and is translated; a larger one becomes a 502"},
     [](SettingInput& input, Config& config) {
       config.max_translated_response = input.size(1'024, 1ULL << 30);
     },
     [](const Config& config) { return format_size(config.max_translated_response); }},
    {{"DRAIN_DELAY", "0s",
      "after SIGTERM: how long new connections are still served while readiness fails"},
     [](SettingInput& input, Config& config) { config.drain_delay = input.duration(0s, 1h); },
     [](const Config& config) { return format_duration(config.drain_delay); }},
    {{"DRAIN_TIMEOUT", "30s", "after that: how long open exchanges may take to end"},
     [](SettingInput& input, Config& config) { config.drain_timeout = input.duration(0s, 24h); },
     [](const Config& config) { return format_duration(config.drain_timeout); }},
    {{"PROXY_THREADS", "", "worker threads", "CPUs of the cgroup"},
     [](SettingInput& input, Config& config) {
       config.threads = static_cast<unsigned>(input.integer(1, 1'024, input.cpus));
     },
     [](const Config& config) { return std::to_string(config.threads); }},
}};

constexpr auto of_log = log_settings<Config>();

}  // namespace

std::span<const Row> limit_rows() noexcept { return rows; }

std::span<const Row> log_rows() noexcept { return of_log; }

}  // namespace llmgw::proxy
