// SPDX-License-Identifier: MIT
// The kinds of reader, one row each.
#include "collector/query/reader_registry.hpp"

#include <algorithm>
#include <array>

#include "collector/query/clickhouse_reader.hpp"
#include "collector/query/postgres_reader.hpp"
#include "collector/query/sqlite_reader.hpp"
#include "collector/store/clickhouse_url.hpp"
#include "collector/store/store_url.hpp"

namespace llmgw::collector {
namespace {

struct Kind {
  std::string_view scheme;
  Result<std::unique_ptr<Reader>> (*open)(const std::string& place, const Config& config);
};

constexpr std::array kinds{
    Kind{sqlite_scheme,
         [](const std::string& path, const Config&) { return SqliteReader::open(path); }},
    Kind{postgres_scheme, PostgresReader::open},
    Kind{postgresql_scheme, PostgresReader::open},
    Kind{clickhouse_scheme,
         [](const std::string& place, const Config& config) {
           return ClickHouseReader::open(std::string(clickhouse_scheme) + ":" + place, config);
         }},
    Kind{clickhouses_scheme,
         [](const std::string& place, const Config& config) {
           return ClickHouseReader::open(std::string(clickhouses_scheme) + ":" + place, config);
         }},
};

}  // namespace

Result<std::unique_ptr<Reader>> open_reader(std::string_view url, const Config& config) {
  const auto parts = split_store_url(url);
  const auto* const kind = std::find_if(kinds.begin(), kinds.end(), [&parts](const Kind& each) {
    return parts && each.scheme == parts->scheme;
  });
  if (kind == kinds.end()) return make_error_code(boost::system::errc::protocol_not_supported);
  return kind->open(std::string(parts->place), config);
}

}  // namespace llmgw::collector
