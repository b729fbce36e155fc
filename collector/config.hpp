// SPDX-License-Identifier: MIT
// PURE: the settings of llm-collector as one struct, read once before any thread starts and const
// from then on.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "collector/store/query_access.hpp"
#include "common/settings/config_document.hpp"
#include "common/settings/config_form.hpp"
#include "common/settings/events_token.hpp"
#include "common/settings/http_url.hpp"
#include "common/settings/listen_address.hpp"
#include "common/settings/log_settings.hpp"
#include "common/settings/settings.hpp"
#include "pricing/prices.hpp"
#include "quota/limit_settings.hpp"

namespace llmgw::collector {

/// When a request is answered: once its events are written, or once they are on disk too.
enum class LogSync : std::uint8_t { none, batch };

/// Whether a store whose tables are of an older program is changed at start, or refused.
enum class StoreMigrate : std::uint8_t { automatic, check };

struct Config {
  ListenAddress listen;
  std::string event_log_path;  ///< empty: stdout
  LogSync event_log_sync = LogSync::none;
  std::string store_url;            ///< empty: the event log
  std::string store_password_file;  ///< of a store behind a network; empty: no password
  std::string store_ca_file;        ///< empty: the system's certificates
  std::chrono::nanoseconds store_timeout = std::chrono::seconds(10);  ///< of one write
  std::chrono::nanoseconds store_gather = std::chrono::milliseconds(200);
  std::chrono::nanoseconds store_rollup_delay = std::chrono::seconds(5);
  LogSync store_sync = LogSync::batch;
  StoreMigrate store_migrate = StoreMigrate::automatic;
  std::uint64_t store_max = 0;  ///< bytes; 0: the disk decides
  std::uint64_t store_max_series = 100'000;
  std::chrono::nanoseconds event_retention{0};  ///< 0: for ever
  std::chrono::nanoseconds usage_retention{0};
  std::optional<ListenAddress> query_listen;  ///< nothing: nobody can ask
  bool is_query_listen_set = false;           ///< else it is the default, and goes without if taken
  std::string query_tokens_file;              ///< empty: no tokens
  QueryAccess query_access;                   ///< what it held
  std::optional<HttpUrl> query_public_url;    ///< where browsers find the page
  std::uint64_t query_threads = 2;
  std::chrono::nanoseconds query_timeout = std::chrono::seconds(10);
  std::uint64_t max_events_body = 0;  ///< bytes, also after decompression
  EventsToken events_token;
  EventsToken limits_token;              ///< where none is set, those of events are taken
  std::string limits_state_dir;          ///< empty: no budget is lent
  std::string reconcile_key_file;        ///< of an admin key; read when reports are fetched
  std::optional<HttpUrl> reconcile_url;  ///< nothing: the provider's own
  std::string reconcile_ca_file;         ///< trusted beside the system store; empty: none
  LogSettings log;
  ConfigOrigin file;                      ///< what GATEWAY_CONFIG held; nothing where it is not set
  pricing::PriceSettings price_settings;  ///< while the file is read
  pricing::PricesPointer prices;          ///< what models cost; null: nothing is said of it
  quota::LimitSettings limits;            ///< of the file
  std::vector<quota::KeyLimits> key_limits;  ///< of its keys that say something of limits
};

/// The table behind --help, the README and the defaults.
std::span<const Variable> variables() noexcept;

/// The table behind the sections of GATEWAY_CONFIG that this daemon reads.
std::vector<MemberFacts> file_members();

/// Reads every variable and what GATEWAY_CONFIG names; the error holds all faults at once.
Checked<Config> load_config(const Environment& environment, const FileReader& read,
                            const FileLister& list = list_files);

/// What GATEWAY_CONFIG names read anew: `running` with the sections as they stand now.
Checked<Config> reload_config(const Config& running, const Environment& environment,
                              const FileReader& read, const FileLister& list = list_files);

/// The effective settings in the order of the table; load_config reads them back.
std::vector<EffectiveSetting> effective(const Config& config);

}  // namespace llmgw::collector
