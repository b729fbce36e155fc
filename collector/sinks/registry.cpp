// SPDX-License-Identifier: MIT
// The kinds of sink, one row each.
#include "collector/sinks/registry.hpp"

#include <algorithm>
#include <array>

#include "collector/sinks/clickhouse/clickhouse_sink.hpp"
#include "collector/sinks/ndjson/ndjson_sink.hpp"
#include "collector/sinks/postgres/postgres_sink.hpp"
#include "collector/sinks/sqlite/sqlite_sink.hpp"
#include "collector/store/clickhouse_url.hpp"
#include "collector/store/store_url.hpp"

namespace llmgw::collector {
namespace {

struct Kind {
  std::string_view scheme;
  Result<Store> (*open)(std::string_view place, const Config& config);
};

constexpr std::array kinds{
    Kind{ndjson_scheme,
         [](std::string_view path, const Config& config) {
           return open_ndjson(path, config.event_log_sync);
         }},
    Kind{sqlite_scheme, open_sqlite},
    Kind{postgres_scheme, open_postgres},
    Kind{postgresql_scheme, open_postgres},
    Kind{clickhouse_scheme,
         [](std::string_view place, const Config& config) {
           return open_clickhouse(std::string(clickhouse_scheme).append(":").append(place), config);
         }},
    Kind{clickhouses_scheme,
         [](std::string_view place, const Config& config) {
           return open_clickhouse(std::string(clickhouses_scheme).append(":").append(place),
                                  config);
         }},
};

}  // namespace

std::string store_url(const Config& config) {
  if (!config.store_url.empty()) return config.store_url;
  return std::string(ndjson_scheme).append(":").append(config.event_log_path);
}

Result<Store> open_store(std::string_view url, const Config& config) {
  const std::size_t colon = std::min(url.find(':'), url.size());
  const std::string_view scheme = url.substr(0, colon);
  const auto* const kind = std::find_if(
      kinds.begin(), kinds.end(), [scheme](const Kind& each) { return each.scheme == scheme; });
  if (kind == kinds.end() || colon == url.size())
    return make_error_code(boost::system::errc::protocol_not_supported);
  return kind->open(url.substr(colon + 1), config);
}

}  // namespace llmgw::collector
