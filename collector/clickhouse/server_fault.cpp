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
  FaultKind kind;
};

constexpr std::array known{
    Known{6, "CANNOT_PARSE_TEXT", FaultKind::data},
    Known{16, "NO_SUCH_COLUMN_IN_TABLE", FaultKind::schema},
    Known{27, "CANNOT_PARSE_INPUT_ASSERTION_FAILED", FaultKind::data},
    Known{33, "CANNOT_READ_ALL_DATA", FaultKind::data},
    Known{46, "UNKNOWN_FUNCTION", FaultKind::schema},
    Known{47, "UNKNOWN_IDENTIFIER", FaultKind::schema},
    Known{53, "TYPE_MISMATCH", FaultKind::schema},
    Known{57, "TABLE_ALREADY_EXISTS", FaultKind::schema},
    Known{60, "UNKNOWN_TABLE", FaultKind::schema},
    Known{62, "SYNTAX_ERROR", FaultKind::schema},
    Known{81, "UNKNOWN_DATABASE", FaultKind::schema},
    Known{115, "UNKNOWN_SETTING", FaultKind::schema},
    Known{159, "TIMEOUT_EXCEEDED", FaultKind::timeout},
    Known{160, "TOO_SLOW", FaultKind::timeout},
    Known{164, "READONLY", FaultKind::access},
    Known{192, "UNKNOWN_USER", FaultKind::access},
    Known{193, "WRONG_PASSWORD", FaultKind::access},
    Known{194, "REQUIRED_PASSWORD", FaultKind::access},
    Known{202, "TOO_MANY_SIMULTANEOUS_QUERIES", FaultKind::overloaded},
    Known{209, "SOCKET_TIMEOUT", FaultKind::timeout},
    Known{210, "NETWORK_ERROR", FaultKind::unavailable},
    Known{225, "NO_ZOOKEEPER", FaultKind::unavailable},
    Known{236, "ABORTED", FaultKind::unavailable},
    Known{241, "MEMORY_LIMIT_EXCEEDED", FaultKind::overloaded},
    Known{242, "TABLE_IS_READ_ONLY", FaultKind::unavailable},
    Known{243, "NOT_ENOUGH_SPACE", FaultKind::overloaded},
    Known{252, "TOO_MANY_PARTS", FaultKind::overloaded},
    Known{279, "ALL_CONNECTION_TRIES_FAILED", FaultKind::unavailable},
    Known{285, "TOO_FEW_LIVE_REPLICAS", FaultKind::unavailable},
    Known{319, "UNKNOWN_STATUS_OF_INSERT", FaultKind::unavailable},
    Known{394, "QUERY_WAS_CANCELLED", FaultKind::timeout},
    Known{439, "CANNOT_SCHEDULE_TASK", FaultKind::overloaded},
    Known{497, "ACCESS_DENIED", FaultKind::access},
    Known{516, "AUTHENTICATION_FAILED", FaultKind::access},
    Known{745, "SERVER_OVERLOADED", FaultKind::overloaded},
    Known{999, "KEEPER_EXCEPTION", FaultKind::unavailable},
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

std::string_view name(FaultKind kind) noexcept {
  constexpr std::array<std::string_view, fault_kind_count> names{
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

FaultKind kind_of(const boost::system::error_code& fault) noexcept {
  if (fault.category() == clickhouse_category()) {
    const Known* const found = find(fault.value());
    return found == nullptr ? FaultKind::other : found->kind;
  }
  switch (errc_of(fault)) {
    case errc::timed_out: return FaultKind::timeout;
    case errc::overloaded: return FaultKind::overloaded;
    case errc::invalid_setting: return FaultKind::access;
    case errc::malformed_message:
    case errc::connection_closed:
    case errc::connection_reset:
    case errc::not_resolved:
    case errc::refused:
    case errc::tls_failed:
    case errc::cancelled: return FaultKind::connection;
    default: return FaultKind::other;
  }
}

bool is_passing(FaultKind kind) noexcept {
  return kind == FaultKind::connection || kind == FaultKind::timeout ||
         kind == FaultKind::overloaded || kind == FaultKind::unavailable;
}

}  // namespace llmgw::collector
