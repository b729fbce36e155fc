// SPDX-License-Identifier: MIT
// PURE: STORE_URL, as far as it can be told from its text whether it is one.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace llmgw::collector {

/// A URL's scheme and what stands behind its colon, both views of it.
struct StoreUrl {
  std::string_view scheme;
  std::string_view place;
};

/// What a URL names; nothing where it has no colon, or nothing behind it.
std::optional<StoreUrl> split_store_url(std::string_view url) noexcept;

inline constexpr std::string_view sqlite_scheme = "sqlite";
inline constexpr std::string_view postgres_scheme = "postgres";
inline constexpr std::string_view postgresql_scheme = "postgresql";  ///< the same

/// Whether it names a server.
bool store_is_remote(std::string_view url) noexcept;

/// Why a URL cannot be a store's; empty where it can.
std::string store_url_fault(std::string_view url);

}  // namespace llmgw::collector
