// SPDX-License-Identifier: MIT
// PURE: ServerQuery: SQL with its parameters and settings, as the target of an HTTP request.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace llmgw::collector {

/// SQL comes from constants of this program alone: whatever was sent or asked is a parameter, which
/// the server puts in where the SQL says `{name:Type}`.
class ServerQuery {
 public:
  /// The text needs to last as long as this.
  explicit ServerQuery(std::string_view sql) : sql_(sql) {}

  ServerQuery& set(std::string_view setting, std::string_view value);
  ServerQuery& set(std::string_view setting, std::int64_t value);
  ServerQuery& with(std::string_view parameter, std::string_view value);
  ServerQuery& with(std::string_view parameter, std::int64_t value);
  ServerQuery& with(std::string_view parameter, std::span<const std::int64_t> values);
  ServerQuery& with(std::string_view parameter, std::span<const std::string> values);

  std::string_view sql() const noexcept { return sql_; }
  /// `/?database=...&param_a=...`; with the SQL too where the body is rows.
  std::string target(std::string_view database, bool has_rows) const;

 private:
  void append(std::string_view prefix, std::string_view name, std::string_view value);

  std::string_view sql_;
  std::string arguments_;
};

/// Appends what RFC 3986 wants of a value in a query.
void append_percent_encoded(std::string_view text, std::string& out);

}  // namespace llmgw::collector
