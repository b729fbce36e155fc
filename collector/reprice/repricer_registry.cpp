// SPDX-License-Identifier: MIT
// The kinds of repricer, one row each.
#include "collector/reprice/repricer_registry.hpp"

#include <algorithm>
#include <array>

#include "collector/reprice/postgres_repricer.hpp"
#include "collector/reprice/sqlite_repricer.hpp"
#include "collector/store/store_url.hpp"

namespace llmgw::collector {
namespace {

struct Kind {
  std::string_view scheme;
  Result<std::unique_ptr<Repricer>> (*open)(const std::string& place, const Config& config,
                                            RepriceQuery query, pricing::PricesPointer prices);
};

constexpr std::array kinds{
    Kind{sqlite_scheme, SqliteRepricer::open},
    Kind{postgres_scheme, PostgresRepricer::open},
    Kind{postgresql_scheme, PostgresRepricer::open},
};

}  // namespace

Result<std::unique_ptr<Repricer>> open_repricer(const Config& config, RepriceQuery query,
                                                pricing::PricesPointer prices) {
  const auto parts = split_store_url(config.store_url);
  const auto* const kind = std::find_if(kinds.begin(), kinds.end(), [&parts](const Kind& each) {
    return parts && each.scheme == parts->scheme;
  });
  if (kind == kinds.end()) return make_error_code(boost::system::errc::protocol_not_supported);
  return kind->open(std::string(parts->place), config, std::move(query), std::move(prices));
}

}  // namespace llmgw::collector
