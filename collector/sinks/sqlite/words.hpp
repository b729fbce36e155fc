// SPDX-License-Identifier: MIT
// Words: the dictionary of a SQLite store.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "collector/sqlite/database.hpp"
#include "collector/store/known_words.hpp"

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
  Result<std::int64_t> look_up(Column kind, std::string_view text);

  Database* database_ = nullptr;
  Statement select_, insert_;
  KnownWords known_;
  std::vector<std::pair<Column, std::string>> fresh_;
};

}  // namespace llmgw::collector
