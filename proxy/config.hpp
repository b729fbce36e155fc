// SPDX-License-Identifier: MIT
// PURE: the settings of llm-proxy as one struct, read once before any thread starts and const from
// then on.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/secret.hpp"
#include "common/settings/config_document.hpp"
#include "common/settings/config_form.hpp"
#include "common/settings/events_token.hpp"
#include "common/settings/http_url.hpp"
#include "common/settings/listen_address.hpp"
#include "common/settings/log_settings.hpp"
#include "common/settings/settings.hpp"
#include "common/system/read_file.hpp"
#include "pricing/prices.hpp"
#include "proxy/config/jwt.hpp"
#include "proxy/config/keys.hpp"
#include "proxy/config/reach.hpp"
#include "proxy/config/routing.hpp"
#include "proxy/config/upstream.hpp"
#include "quota/limit_settings.hpp"

namespace llmgw::proxy {

/// Whether events hold digests of the bodies.
enum class PayloadHash : std::uint8_t { off, hmac };

/// Where tokens come from that nobody reported.
enum class EstimateMode : std::uint8_t {
  off,
  learned,  ///< from bytes, and what other exchanges have shown
  bpe,      ///< by tokenizers where there are any, else the same
};

/// What the file says of providers, models and limits that say nothing else.
struct Defaults {
  UpstreamTimeouts timeouts = {};
  CooldownSettings cooldown = {};
  RetrySettings retry = {};
  bool drops_unsupported = false;
  bool shows_reasoning = true;
  bool remembers_signatures = false;  ///< those that clients may lose
  quota::LimitDefaults limits = {};
};

struct Config {
  ListenAddress listen;
  Reach reach;
  UpstreamSettings of_variables;      ///< the upstream that the variables describe, if any, and the
                                      ///< CA that holds where a provider of the file names none
  ConfigOrigin file;                  ///< what GATEWAY_CONFIG held; nothing where it is not set
  Defaults defaults;                  ///< of the file
  quota::LimitSettings limits;        ///< of the file
  bool enforces_limits = true;        ///< else they are observed
  bool shows_limits = true;           ///< to callers that are under one
  std::optional<HttpUrl> limits_url;  ///< who lends them; nothing: they hold for this process
  EventsToken limits_token;           ///< what is sent there; without a file that of events
  bool has_providers = false;         ///< the upstreams are those of GATEWAY_CONFIG
  std::vector<UpstreamSettings> upstreams;          ///< at least one; no two have the same name
  std::optional<std::size_t> default_upstream = 0;  ///< of these, for requests that name none;
                                                    ///< nothing: they are refused
  Routing routing;                                  ///< which target a request of which model gets
  KeyMode key_mode = KeyMode::off;
  KeyListPointer keys = std::make_shared<const KeyList>();  ///< of the file
  pricing::PriceSettings price_settings;                    ///< while the file is read
  pricing::PricesPointer prices;   ///< what models cost; null: events have no cost
  bool selects_by_header = false;  ///< X-LLM-Provider names the upstream and is kept from it; else
                                   ///< it is a field like others
  std::optional<HttpUrl>
      collector;             ///< path: where events are posted, `/events` unless set; never empty
  EventsToken events_token;  ///< what is sent to the collector
  std::size_t event_queue_size = 0;    ///< events
  std::string event_spool_dir;         ///< empty: events wait in memory alone
  std::uint64_t event_spool_max = 0;   ///< bytes
  bool event_spool_ephemeral = false;  ///< the spool's folder goes with this process's container
  std::chrono::nanoseconds event_flush_timeout{};  ///< interval of the statistics line
  std::chrono::nanoseconds event_drain_timeout{};
  std::chrono::nanoseconds
      client_timeout{};           ///< longest silence of upstreams that say nothing else
  std::size_t capture_bytes = 0;  ///< 0: metering looks at no body
  StreamUsage stream_usage = StreamUsage::inject;  ///< of upstreams that say nothing else
  EstimateMode estimate = EstimateMode::bpe;
  std::uint64_t estimate_memory = 0;  ///< bytes of text held for that
  quota::AbortBilling abort_billing = quota::AbortBilling::estimate;
  std::chrono::nanoseconds abort_drain_time{};
  std::size_t abort_drains = 0;  ///< at a time
  PayloadHash payload_hash = PayloadHash::off;
  std::string hash_key_file;
  Secret hash_key;                     ///< content of that file; at least 16 bytes with hmac
  std::optional<ListenAddress> admin;  ///< nothing: turned off
  std::uint64_t max_request_body = 0;  ///< bytes
  std::uint64_t held_memory = 0;       ///< bytes of all request bodies that are held
  std::chrono::nanoseconds drain_delay{};
  std::chrono::nanoseconds drain_timeout{};
  unsigned threads = 1;
  JwtSettings jwt;  ///< of callers
  LogSettings log;
  std::uint64_t max_stream_event = 0;         ///< bytes
  std::uint64_t max_translated_response = 0;  ///< bytes, its coding taken off
};

/// Whether the file says who answers. One of keys alone leaves that to the variables: requests pass
/// as without a file.
inline bool routes_by_file(const Config& config) noexcept {
  return config.has_providers || !config.routing.models.empty() || !config.routing.routes.empty();
}

/// The table behind --help, the README and the defaults.
std::span<const Variable> variables() noexcept;

/// The table behind the sections of GATEWAY_CONFIG that this daemon reads, its schema and its page.
std::vector<MemberFacts> file_members();

/// Reads every variable and what GATEWAY_CONFIG names; `cpus` is the default of PROXY_THREADS. The
/// error holds all faults at once.
Checked<Config> load_config(const Environment& environment, const FileReader& read, unsigned cpus,
                            const FileLister& list = list_files);

/// What GATEWAY_CONFIG names read anew: `running` with the sections as they stand now. What comes
/// from variables alone stays as it was at start. That there are no keys any more, where they are
/// required, is a fault: it would lock out all.
Checked<Config> reload_config(const Config& running, const Environment& environment,
                              const FileReader& read, const FileLister& list = list_files);

/// The effective settings in the order of the table, secrets masked; load_config reads them back.
std::vector<EffectiveSetting> effective(const Config& config);

}  // namespace llmgw::proxy
