// SPDX-License-Identifier: MIT
// What may stand in STORE_URL.
#include "collector/store/store_url.hpp"

#include "collector/store/clickhouse_url.hpp"
#include "collector/store/postgres_url.hpp"

namespace llmgw::collector {

std::optional<StoreUrl> split_store_url(std::string_view url) noexcept {
  const std::size_t colon = url.find(':');
  if (colon == std::string_view::npos || colon + 1 == url.size()) return std::nullopt;
  return StoreUrl{url.substr(0, colon), url.substr(colon + 1)};
}

bool store_is_remote(std::string_view url) noexcept {
  const auto parts = split_store_url(url);
  return parts && parts->scheme != sqlite_scheme;
}

std::string store_url_fault(std::string_view url) {
  constexpr auto accepted =
      "not a store such as sqlite:/var/lib/llm-gateway/events.db, postgres://user@host/database or "
      "clickhouses://user@host/database";
  const auto parts = split_store_url(url);
  if (!parts) return accepted;
  if (parts->scheme == postgres_scheme || parts->scheme == postgresql_scheme) {
    const auto parsed = parse_postgres_url(parts->place);
    return parsed ? std::string() : std::string(parsed.error());
  }
  if (parts->scheme == clickhouse_scheme || parts->scheme == clickhouses_scheme) {
    const auto parsed = parse_clickhouse_url(url);
    return parsed ? std::string() : parsed.error();
  }
  if (parts->scheme != sqlite_scheme) return accepted;
  if (parts->place.starts_with("//"))
    return "a path is expected behind sqlite:, as in sqlite:/var/lib/llm-gateway/events.db";
  if (parts->place.starts_with(":") || parts->place.find('\0') != std::string_view::npos)
    return accepted;
  return {};
}

}  // namespace llmgw::collector
