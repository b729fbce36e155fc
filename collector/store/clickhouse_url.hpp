// SPDX-License-Identifier: MIT
// PURE: clickhouse:// and clickhouses:// URLs, taken apart once at start.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <boost/system/result.hpp>

#include "common/settings/http_url.hpp"

namespace llmgw::collector {

inline constexpr std::string_view clickhouse_scheme = "clickhouse";
inline constexpr std::string_view clickhouses_scheme = "clickhouses";

/// `clickhouses://user@host:8443,other:8443/database?cluster=name`; what is not there is the
/// default.
struct ClickHouseUrl {
  std::vector<HttpUrl> hosts;  ///< of one installation, in the order in which they are tried
  std::string user = "default";
  std::string database = "default";
  std::string cluster;  ///< empty: tables of one server
};

/// The error is a phrase that says what is wrong with it. Names of database and cluster are of
/// letters, digits, `_` and `-`, for they get into SQL.
boost::system::result<ClickHouseUrl, std::string> parse_clickhouse_url(std::string_view url);

}  // namespace llmgw::collector
