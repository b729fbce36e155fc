// SPDX-License-Identifier: MIT
// The proxy's table of settings, and how each becomes a member of Config.
#include "proxy/config.hpp"

#include <algorithm>
#include <array>

#include "common/text/quantity.hpp"

namespace llmgw::proxy {
namespace {

using namespace std::chrono_literals;

constexpr std::array table{
    Variable{"LISTEN_ADDR",
             ":8080",
             "traffic: `:8080`, `127.0.0.1:8080`, `[::1]:8080`, or `localhost:8080` for both "
             "loopback addresses",
             {},
             "Listening"},
    Variable{"ADMIN_LISTEN_ADDR", ":9090",
             "`/metrics`, `/healthz` and `/readyz`; `off` turns it off"},
    Variable{"ALLOWED_ENDPOINTS", "/v1/",
             "what is forwarded, by commas: `/v1/chat/completions` is that path and all below it, "
             "`/v1/chat/` all below it; anything else is answered 404"},
    Variable{"ALLOWED_ORIGINS", "",
             "origins whose pages may call the gateway from browsers, by commas, such as "
             "`https://app.example.com`; `*`: all. Other cross-site requests are answered 403",
             "none"},
    Variable{"ALLOWED_HOSTS", "",
             "what `Host` may be, by commas; one without a port allows any port. Others are "
             "answered 403",
             "any"},
    Variable{"UPSTREAM_OPENAI_BASE_URL",
             "https://api.openai.com",
             "`http` or `https`; a path prefix is kept, a trailing `/` or `/v1` changes nothing",
             {},
             "Upstream"},
    Variable{"UPSTREAM_OPENAI_API_KEY", "", "the provider's key", "required"},
    Variable{"UPSTREAM_OPENAI_API_KEY_FILE", "",
             "in place of the key: a file that holds it, read again when it changes", "unset"},
    Variable{"UPSTREAM_CA_FILE", "",
             "extra CA bundle (PEM) for the upstream; certificates are always verified",
             "system store"},
    Variable{"HTTP_CLIENT_TIMEOUT", "120s",
             "longest silence of the upstream, until the response head and then between two reads"},
    Variable{"METERING_CAPTURE_BYTES",
             "256KB",
             "most bytes of one response that metering may hold; `0` looks at no body at all",
             {},
             "Metering"},
    Variable{"METERING_STREAM_USAGE", "inject",
             "`inject`: a streamed chat completion without `stream_options` is asked for its usage "
             "upstream, and the client sees the stream it would have seen; `passthrough`: neither "
             "request nor stream is touched"},
    Variable{"METERING_HASH_PAYLOADS", "off",
             "`hmac`: events hold keyed SHA-256 digests of the request's and the response's body"},
    Variable{"METERING_HASH_KEY_FILE", "",
             "the key of those digests: a file that holds at least 16 bytes, read at start",
             "unset"},
    Variable{"COLLECTOR_URL", "",
             "where metering events are posted, `http` or `https`, by default to `/events` there; "
             "unset: events are counted as undelivered",
             "unset", "Delivery of events"},
    Variable{events_token_name, "",
             "a file with the bearer token for the collector, read again when it changes; of two "
             "lines the first is sent",
             "unset"},
    Variable{"EVENT_QUEUE_SIZE", "10000",
             "events held in memory; a full queue drops new events and counts them"},
    Variable{"EVENT_SPOOL_DIR", "",
             "a folder where events are kept until the collector has them; they survive a crash of "
             "the proxy and an outage of the collector. One proxy a folder",
             "unset"},
    Variable{"EVENT_SPOOL_MAX", "1GB",
             "most that the spool may hold; beyond it new events are dropped and counted"},
    Variable{"EVENT_SPOOL_EPHEMERAL", "off",
             "`on`: that folder goes when the container of this proxy goes (an emptyDir); what a "
             "shutdown leaves in it is then counted as dropped, and said"},
    Variable{"EVENT_FLUSH_TIMEOUT", "2s", "interval of the delivery statistics line"},
    Variable{
        "EVENT_DRAIN_TIMEOUT", "10s",
        "the longest time that a shutdown, after its last exchange, goes on delivering events"},
    Variable{
        "MAX_REQUEST_BODY", "64MB", "larger requests are answered 413", {}, "Limits and shutdown"},
    Variable{"DRAIN_DELAY", "0s",
             "after SIGTERM: how long new connections are still served while readiness fails"},
    Variable{"DRAIN_TIMEOUT", "30s", "after that: how long open exchanges may take to end"},
    Variable{"PROXY_THREADS", "", "worker threads", "CPUs of the cgroup"},
    log_level_variable,
    log_format_variable,
};

constexpr std::array<std::pair<std::string_view, StreamUsage>, 2> stream_usages{{
    {"inject", StreamUsage::inject},
    {"passthrough", StreamUsage::passthrough},
}};

constexpr std::uint64_t smallest_spool = 1 << 20;  // below that little but overhead would fit

constexpr std::array<std::pair<std::string_view, PayloadHash>, 2> payload_hashes{{
    {"off", PayloadHash::off},
    {"hmac", PayloadHash::hmac},
}};

constexpr std::array<std::pair<std::string_view, bool>, 2> switches{{{"off", false}, {"on", true}}};

constexpr std::string_view hash_key_name = "METERING_HASH_KEY_FILE";
constexpr std::string_view key_name = "UPSTREAM_OPENAI_API_KEY";
constexpr std::string_view key_file_name = "UPSTREAM_OPENAI_API_KEY_FILE";
constexpr std::string_view key_form =
    "the key must be visible ASCII without spaces and line breaks (its value is not shown)";

// A key that was put where a path belongs must not reach the log.
std::string shown_path(const std::string& path) { return path.starts_with("sk-") ? "***" : path; }

void read_key_file(Settings& settings, const FileReader& read, std::string path,
                   UpstreamSettings& upstream) {
  auto content = read(path);
  if (!content) {
    settings.fault(key_file_name, shown_path(path), "cannot be read: " + content.error().message());
    return;
  }
  auto key = parse_upstream_key(std::move(*content));
  if (key) {
    upstream.key = std::move(*key);
    upstream.key_file = std::move(path);
  } else {
    settings.fault(key_file_name, shown_path(path),
                   "the file is empty or not a key: " + std::string(key_form));
  }
}

void read_key(Settings& settings, const FileReader& read, UpstreamSettings& upstream) {
  auto text = settings.text(key_name);
  auto file = settings.text(key_file_name);
  if (text && file) {
    settings.fault(key_name,
                   "set together with " + std::string(key_file_name) + "; one is accepted");
  } else if (file) {
    read_key_file(settings, read, std::move(*file), upstream);
  } else if (!text) {
    settings.fault(key_name,
                   "required, or " + std::string(key_file_name) + "; both are unset or empty");
  } else if (std::any_of(text->begin(), text->end(),
                         [](char c) { return c == '\n' || c == '\r'; })) {
    // Trimmed in files, where editors add it; in a variable it shows a value that was pasted wrong.
    settings.fault(key_name, key_form);
  } else if (auto key = parse_upstream_key(std::move(*text))) {
    upstream.key = std::move(*key);
  } else {
    settings.fault(key_name, key_form);
  }
}

void read_ca(Settings& settings, const FileReader& read, UpstreamSettings& upstream) {
  auto path = settings.text("UPSTREAM_CA_FILE");
  if (!path) return;
  auto content = read(*path);
  if (!content) {
    settings.fault("UPSTREAM_CA_FILE", *path, "cannot be read: " + content.error().message());
    return;
  }
  if (content->find("-----BEGIN CERTIFICATE-----") == std::string::npos &&
      content->find("-----BEGIN TRUSTED CERTIFICATE-----") == std::string::npos) {
    settings.fault("UPSTREAM_CA_FILE", *path, "holds no certificate in PEM form");
    return;
  }
  upstream.ca_file = std::move(*path);
  upstream.ca_pem = std::move(*content);
}

// The one upstream that variables can describe.
void read_upstream(Settings& settings, const FileReader& read, Config& config) {
  UpstreamSettings upstream{.name = "openai", .type = "openai"};
  if (auto url = settings.http_url("UPSTREAM_OPENAI_BASE_URL")) {
    upstream.address = std::move(*url);
    auto& path = upstream.address.path;
    if (path.ends_with("/chat/completions")) {
      settings.fault("UPSTREAM_OPENAI_BASE_URL", to_string(upstream.address),
                     "names an endpoint; accepted is what comes before /v1");
    }
    if (path.ends_with("/v1")) path.resize(path.size() - 3);
    while (path.ends_with('/')) path.pop_back();
  }
  read_key(settings, read, upstream);
  read_ca(settings, read, upstream);
  config.client_timeout = settings.duration("HTTP_CLIENT_TIMEOUT", 1ms, 24h);
  config.stream_usage = settings.choice("METERING_STREAM_USAGE", stream_usages);
  upstream.stream_usage = config.stream_usage;
  config.upstreams.push_back(std::move(upstream));
}

// Without line breaks at its end, which editors add.
void read_hash_key(Settings& settings, const FileReader& read, Config& config) {
  constexpr std::size_t least = 16;
  const auto path = settings.text(hash_key_name);
  config.payload_hash = settings.choice("METERING_HASH_PAYLOADS", payload_hashes);
  if (config.payload_hash == PayloadHash::off) return;
  if (!path) return settings.fault(hash_key_name, "required with METERING_HASH_PAYLOADS=hmac");
  auto content = read(*path);
  if (!content)
    return settings.fault(hash_key_name, *path, "cannot be read: " + content.error().message());
  while (content->ends_with('\n') || content->ends_with('\r')) content->pop_back();
  config.hash_key = Secret(std::move(*content));
  config.hash_key_file = *path;
  if (config.hash_key.reveal().size() < least)
    settings.fault(hash_key_name, *path, "holds fewer than 16 bytes");
}

void read_metering(Settings& settings, const FileReader& read, Config& config) {
  config.collector = settings.http_url("COLLECTOR_URL");
  if (config.collector && config.collector->path.empty()) config.collector->path = "/events";
  config.events_token = read_events_token(settings, read);
  config.event_queue_size = settings.integer("EVENT_QUEUE_SIZE", 1, 10'000'000);
  config.event_spool_dir = settings.text("EVENT_SPOOL_DIR").value_or("");
  config.event_spool_max = settings.size("EVENT_SPOOL_MAX", smallest_spool, 1ULL << 50);
  config.event_spool_ephemeral = settings.choice("EVENT_SPOOL_EPHEMERAL", switches);
  config.event_flush_timeout = settings.duration("EVENT_FLUSH_TIMEOUT", 1ms, 1h);
  config.event_drain_timeout = settings.duration("EVENT_DRAIN_TIMEOUT", 0s, 24h);
  config.capture_bytes = settings.size("METERING_CAPTURE_BYTES", 0, 1ULL << 30);
  read_hash_key(settings, read, config);
}

void read_serving(Settings& settings, unsigned cpus, Config& config) {
  config.listen = settings.listen_address("LISTEN_ADDR");
  config.admin = settings.listen_address_or_off("ADMIN_LISTEN_ADDR");
  config.reach = read_reach(settings);
  if (config.admin && overlap(*config.admin, config.listen)) {
    settings.fault("ADMIN_LISTEN_ADDR", to_string(*config.admin),
                   "taken by LISTEN_ADDR; accepted are another port and off");
  }
  config.max_request_body = settings.size("MAX_REQUEST_BODY", 1, 1ULL << 40);
  config.drain_delay = settings.duration("DRAIN_DELAY", 0s, 1h);
  config.drain_timeout = settings.duration("DRAIN_TIMEOUT", 0s, 24h);
  config.threads = static_cast<unsigned>(settings.integer("PROXY_THREADS", 1, 1'024, cpus));
}

}  // namespace

std::span<const Variable> variables() noexcept { return table; }

Checked<Config> load_config(const Environment& environment, const FileReader& read, unsigned cpus) {
  Settings settings(environment, table);
  Config config;
  read_serving(settings, cpus, config);
  read_upstream(settings, read, config);
  read_metering(settings, read, config);
  config.log = read_log_settings(settings);
  Faults faults = settings.take_faults();
  if (!faults.lines.empty()) return faults;
  return config;
}

Result<Secret> parse_upstream_key(std::string text) {
  auto end = text.size();
  while (end > 0 && (text[end - 1] == '\n' || text[end - 1] == '\r')) --end;
  const bool is_key = end > 0 && std::all_of(text.begin(), text.begin() + static_cast<long>(end),
                                             [](char c) { return c > ' ' && c < '\x7f'; });
  // Wiped, whichever way this goes.
  Secret whole(std::move(text));
  if (!is_key) return make_error_code(errc::invalid_setting);
  return Secret(std::string(whole.reveal().substr(0, end)));
}

std::vector<EffectiveSetting> effective(const Config& config) {
  std::vector<EffectiveSetting> all;
  const auto add = [&all](std::string_view name, std::string_view value) {
    all.push_back({name, std::string(value)});
  };
  const UpstreamSettings& upstream = config.upstreams.front();
  add("LISTEN_ADDR", to_string(config.listen));
  add("ADMIN_LISTEN_ADDR", config.admin ? to_string(*config.admin) : "off");
  for (EffectiveSetting& each : effective(config.reach)) all.push_back(std::move(each));
  add("UPSTREAM_OPENAI_BASE_URL", to_string(upstream.address));
  add(key_name, upstream.key_file.empty() ? "***" : "");
  add(key_file_name, upstream.key_file);
  add("UPSTREAM_CA_FILE", upstream.ca_file);
  add("HTTP_CLIENT_TIMEOUT", format_duration(config.client_timeout));
  add("METERING_CAPTURE_BYTES", format_size(config.capture_bytes));
  add("METERING_STREAM_USAGE", stream_usages[static_cast<std::size_t>(config.stream_usage)].first);
  add("METERING_HASH_PAYLOADS",
      payload_hashes[static_cast<std::size_t>(config.payload_hash)].first);
  add(hash_key_name, config.hash_key_file);
  add("COLLECTOR_URL", config.collector ? to_string(*config.collector) : "");
  add(events_token_name, config.events_token.file);
  add("EVENT_QUEUE_SIZE", std::to_string(config.event_queue_size));
  add("EVENT_SPOOL_DIR", config.event_spool_dir);
  add("EVENT_SPOOL_MAX", format_size(config.event_spool_max));
  add("EVENT_SPOOL_EPHEMERAL", switches[config.event_spool_ephemeral ? 1 : 0].first);
  add("EVENT_FLUSH_TIMEOUT", format_duration(config.event_flush_timeout));
  add("EVENT_DRAIN_TIMEOUT", format_duration(config.event_drain_timeout));
  add("MAX_REQUEST_BODY", format_size(config.max_request_body));
  add("DRAIN_DELAY", format_duration(config.drain_delay));
  add("DRAIN_TIMEOUT", format_duration(config.drain_timeout));
  add("PROXY_THREADS", std::to_string(config.threads));
  for (EffectiveSetting& each : effective(config.log)) all.push_back(std::move(each));
  return all;
}

}  // namespace llmgw::proxy
