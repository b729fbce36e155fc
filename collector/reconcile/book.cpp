// SPDX-License-Identifier: MIT
// The kinds of book, one row each.
#include "collector/reconcile/book.hpp"

#include <algorithm>
#include <array>

#include "collector/reconcile/postgres_book.hpp"
#include "collector/reconcile/sqlite_book.hpp"
#include "collector/store/store_url.hpp"

namespace llmgw::collector {
namespace {

struct Kind {
  std::string_view scheme;
  Result<std::unique_ptr<ReconciliationBook>> (*open)(const std::string& place,
                                                      const Config& config);
};

constexpr std::array kinds{
    Kind{sqlite_scheme, SqliteBook::open},
    Kind{postgres_scheme, PostgresBook::open},
    Kind{postgresql_scheme, PostgresBook::open},
};

}  // namespace

Result<std::unique_ptr<ReconciliationBook>> open_book(const Config& config) {
  const auto parts = split_store_url(config.store_url);
  const auto* const kind = std::find_if(kinds.begin(), kinds.end(), [&parts](const Kind& each) {
    return parts && each.scheme == parts->scheme;
  });
  if (kind == kinds.end()) return make_error_code(boost::system::errc::protocol_not_supported);
  return kind->open(std::string(parts->place), config);
}

}  // namespace llmgw::collector
