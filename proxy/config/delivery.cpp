// SPDX-License-Identifier: MIT
// How events come to the collector.
#include "common/text/quantity.hpp"
#include "proxy/config/rows.hpp"

namespace llmgw::proxy {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t smallest_spool = 1 << 20;  // below that little but overhead would fit

constexpr std::array<std::pair<std::string_view, bool>, 2> switches{{{"off", false}, {"on", true}}};

void read_collector(SettingInput& input, Config& config) {
  config.collector = input.settings.http_url(input.name);
  if (config.collector && config.collector->path.empty()) config.collector->path = "/events";
}

constexpr std::array<Row, 8> rows{{
    {{"COLLECTOR_URL", "",
      "where metering events are posted, `http` or `https`, by default to `/events` there; unset: "
      "events are counted as undelivered",
      "unset", "Delivery of events"},
     read_collector,
     [](const Config& config) {
       return config.collector ? to_string(*config.collector) : std::string();
     }},
    {{events_token_name, "",
      "a file with the bearer token for the collector, read again when it changes; of two lines "
      "the first is sent",
      "unset"},
     [](SettingInput& input, Config& config) {
       config.events_token = read_events_token(input.settings, input.read_file);
     },
     [](const Config& config) { return config.events_token.file; }},
    {{"EVENT_QUEUE_SIZE", "10000",
      "events held in memory; a full queue drops new events and counts them"},
     [](SettingInput& input, Config& config) {
       config.event_queue_size = input.integer(1, 10'000'000);
     },
     [](const Config& config) { return std::to_string(config.event_queue_size); }},
    {{"EVENT_SPOOL_DIR", "",
      "a folder where events are kept until the collector has them; they survive a crash of the "
      "proxy and an outage of the collector. One proxy a folder",
      "unset"},
     [](SettingInput& input, Config& config) {
       config.event_spool_dir = input.text().value_or("");
     },
     [](const Config& config) { return config.event_spool_dir; }},
    {{"EVENT_SPOOL_MAX", "1GB",
      "most that the spool may hold; beyond it new events are dropped and counted"},
     [](SettingInput& input, Config& config) {
       config.event_spool_max = input.size(smallest_spool, 1ULL << 50);
     },
     [](const Config& config) { return format_size(config.event_spool_max); }},
    {{"EVENT_SPOOL_EPHEMERAL", "off",
      "`on`: that folder goes when the container of this proxy goes (an emptyDir); what a shutdown "
      "leaves in it is then counted as dropped, and said"},
     [](SettingInput& input, Config& config) {
       config.event_spool_ephemeral = input.choice(switches);
     },
     [](const Config& config) { return word_of(switches, config.event_spool_ephemeral); }},
    {{"EVENT_FLUSH_TIMEOUT", "2s", "interval of the delivery statistics line"},
     [](SettingInput& input, Config& config) {
       config.event_flush_timeout = input.duration(1ms, 1h);
     },
     [](const Config& config) { return format_duration(config.event_flush_timeout); }},
    {{"EVENT_DRAIN_TIMEOUT", "10s",
      "the longest time that a shutdown, after its last exchange, goes on delivering events"},
     [](SettingInput& input, Config& config) {
       config.event_drain_timeout = input.duration(0s, 24h);
     },
     [](const Config& config) { return format_duration(config.event_drain_timeout); }},
}};

}  // namespace

std::span<const Row> delivery_rows() noexcept { return rows; }

}  // namespace llmgw::proxy
