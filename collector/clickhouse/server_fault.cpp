// SPDX-License-Identifier: MIT
// The numbers are those of ErrorCodes.cpp in ClickHouse; they never change.
#include "collector/clickhouse/server_fault.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

namespace llmgw::collector {
namespace {

struct Known {
  int number;
  std::string_view name;
  ClickHouseFault kind;
};

constexpr std::array known{
    Known{6, "CANNOT_PARSE_TEXT", ClickHouseFault::data},
    Known{16, "NO_SUCH_COLUMN_IN_TABLE", ClickHouseFault::schema},
    Known{27, "CANNOT_PARSE_INPUT_ASSERTION_FAILED", ClickHouseFault::data},
    Known{33, "CANNOT_READ_ALL_DATA", ClickHouseFault::data},
    Known{46, "UNKNOWN_FUNCTION", ClickHouseFault::schema},
    Known{47, "UNKNOWN_IDENTIFIER", ClickHouseFault::schema},
    Known{53, "TYPE_MISMATCH", ClickHouseFault::schema},
    Known{57, "TABLE_ALREADY_EXISTS", ClickHouseFault::schema},
    Known{60, "UNKNOWN_TABLE", ClickHouseFault::schema},
    Known{62, "SYNTAX_ERROR", ClickHouseFault::schema},
    Known{81, "UNKNOWN_DATABASE", ClickHouseFault::schema},
    Known{115, "UNKNOWN_SETTING", ClickHouseFault::schema},
    Known{159, "TIMEOUT_EXCEEDED", ClickHouseFault::timeout},
    Known{160, "TOO_SLOW", ClickHouseFault::timeout},
    Known{164, "READONLY", ClickHouseFault::access},
    Known{192, "UNKNOWN_USER", ClickHouseFault::access},
    Known{193, "WRONG_PASSWORD", ClickHouseFault::access},
    Known{194, "REQUIRED_PASSWORD", ClickHouseFault::access},
    Known{202, "TOO_MANY_SIMULTANEOUS_QUERIES", ClickHouseFault::overloaded},
    Known{209, "SOCKET_TIMEOUT", ClickHouseFault::timeout},
    Known{210, "NETWORK_ERROR", ClickHouseFault::unavailable},
    Known{225, "NO_ZOOKEEPER", ClickHouseFault::unavailable},
    Known{236, "ABORTED", ClickHouseFault::unavailable},
    Known{241, "MEMORY_LIMIT_EXCEEDED", ClickHouseFault::overloaded},
    Known{242, "TABLE_IS_READ_ONLY", ClickHouseFault::unavailable},
    Known{243, "NOT_ENOUGH_SPACE", ClickHouseFault::overloaded},
    Known{252, "TOO_MANY_PARTS", ClickHouseFault::overloaded},
    Known{279, "ALL_CONNECTION_TRIES_FAILED", ClickHouseFault::unavailable},
    Known{285, "TOO_FEW_LIVE_REPLICAS", ClickHouseFault::unavailable},
    Known{319, "UNKNOWN_STATUS_OF_INSERT", ClickHouseFault::unavailable},
    Known{394, "QUERY_WAS_CANCELLED", ClickHouseFault::timeout},
    Known{439, "CANNOT_SCHEDULE_TASK", ClickHouseFault::overloaded},
    Known{497, "ACCESS_DENIED", ClickHouseFault::access},
    Known{516, "AUTHENTICATION_FAILED", ClickHouseFault::access},
    Known{745, "SERVER_OVERLOADED", ClickHouseFault::overloaded},
    Known{999, "KEEPER_EXCEPTION", ClickHouseFault::unavailable},
};

const Known* find(int number) noexcept {
  const auto* const found = std::find_if(
      known.begin(), known.end(), [number](const Known& each) { return each.number == number; });
  return found == known.end() ? nullptr : found;
}

// See common/error.cpp on the destructor.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wnon-virtual-dtor"
class Category final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "clickhouse"; }
  std::string message(int value) const override {
    const Known* const fault = find(value);
    const std::string text = "exception " + std::to_string(value) + " of ClickHouse";
    return fault == nullptr ? text : text + ", " + std::string(fault->name);
  }
};
#pragma GCC diagnostic pop

}  // namespace

std::string_view name(ClickHouseFault kind) noexcept {
  constexpr std::array<std::string_view, clickhouse_fault_kinds> names{
      "connection", "timeout", "overloaded", "unavailable", "access", "schema", "data", "other"};
  return names[static_cast<std::size_t>(kind)];
}

const boost::system::error_category& clickhouse_category() noexcept {
  static const Category category;
  return category;
}

boost::system::error_code exception_in(std::string_view body) noexcept {
  constexpr std::string_view begin = "Code: ";
  constexpr std::string_view end = ". DB::Exception";
  for (std::size_t at = body.find(begin); at != std::string_view::npos;
       at = body.find(begin, at + 1)) {
    const std::string_view rest = body.substr(at + begin.size());
    int number = 0;
    const auto [behind, fault] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
    const auto digits = static_cast<std::size_t>(behind - rest.data());
    if (fault == std::errc() && number > 0 && rest.substr(digits).starts_with(end))
      return {number, clickhouse_category()};
  }
  return {};
}

ClickHouseFault clickhouse_fault_kind(const boost::system::error_code& fault) noexcept {
  if (fault.category() == clickhouse_category()) {
    const Known* const found = find(fault.value());
    return found == nullptr ? ClickHouseFault::other : found->kind;
  }
  switch (errc_of(fault)) {
    case errc::timed_out: return ClickHouseFault::timeout;
    case errc::overloaded: return ClickHouseFault::overloaded;
    case errc::invalid_setting: return ClickHouseFault::access;
    case errc::malformed_message:
    case errc::connection_closed:
    case errc::connection_reset:
    case errc::not_resolved:
    case errc::refused:
    case errc::tls_failed:
    case errc::cancelled: return ClickHouseFault::connection;
    default: return ClickHouseFault::other;
  }
}

bool is_passing(ClickHouseFault kind) noexcept {
  return kind == ClickHouseFault::connection || kind == ClickHouseFault::timeout ||
         kind == ClickHouseFault::overloaded || kind == ClickHouseFault::unavailable;
}

}  // namespace llmgw::collector
