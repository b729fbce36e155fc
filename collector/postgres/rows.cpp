// SPDX-License-Identifier: MIT
// libpq's results, in either of its formats.
#include "collector/postgres/rows.hpp"

#include <libpq-fe.h>

#include <charconv>

#include "collector/postgres/wire_value.hpp"

namespace llmgw::collector {
namespace {

std::int64_t number_of(std::string_view text) noexcept {
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace

void Rows::Clear::operator()(pg_result* result) const noexcept { PQclear(result); }

int Rows::size() const noexcept { return PQntuples(result_.get()); }

bool Rows::is_null(int row, int column) const noexcept {
  return PQgetisnull(result_.get(), row, column) != 0;
}

std::string_view Rows::text(int row, int column) const noexcept {
  if (row >= size()) return {};
  return {PQgetvalue(result_.get(), row, column),
          static_cast<std::size_t>(PQgetlength(result_.get(), row, column))};
}

std::int64_t Rows::integer(int row, int column) const noexcept {
  const std::string_view value = text(row, column);
  if (PQfformat(result_.get(), column) == 0) return number_of(value);
  const std::int64_t number = read_integer(value);
  const bool is_time = PQftype(result_.get(), column) == postgres_type::timestamptz;
  return is_time && !value.empty() ? milliseconds_of(number) : number;
}

std::string_view Rows::done() const noexcept { return PQcmdStatus(result_.get()); }

std::int64_t Rows::changed() const noexcept { return number_of(PQcmdTuples(result_.get())); }

}  // namespace llmgw::collector
