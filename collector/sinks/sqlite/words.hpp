// SPDX-License-Identifier: MIT
// Words: the dictionary of a SQLite store.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "collector/sqlite/database.hpp"
#include "collector/store/event_row.hpp"

namespace llmgw::collector {

/// Numbers of texts; one that was given is never given to another. Those that are in use are kept
/// in memory. Belongs to the thread that writes.
class Words {
 public:
  /// The database outlives it.
  static Result<Words> open(Database& database);

  /// The number of a text of this kind, made within the transaction under way where it is new.
  Result<std::int64_t> number(Column kind, std::string_view text);

  /// What was new since the last call of either is stored, or is not.
  void commit();
  void roll_back();

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
      return std::hash<std::string_view>()(text);
    }
  };
  using Numbers = std::unordered_map<std::string, std::int64_t, Hash, std::equal_to<>>;
  static constexpr std::size_t most_in_memory = 100'000;

  Result<std::int64_t> look_up(Column kind, std::string_view text);

  Database* database_ = nullptr;
  Statement select_, insert_;
  std::array<Numbers, column_count> known_;
  std::vector<std::pair<Column, std::string>> fresh_;
  std::size_t size_ = 0;
};

}  // namespace llmgw::collector
