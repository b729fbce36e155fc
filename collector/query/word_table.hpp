// SPDX-License-Identifier: MIT
// WordTable: the dictionary of a SQLite store as readers need it, both ways.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "collector/sqlite/database.hpp"
#include "collector/store/event_row.hpp"

namespace llmgw::collector {

/// A number's text never changes, so those that were met are kept. Used by one thread.
class WordTable {
 public:
  /// The database outlives it.
  static Result<WordTable> open(Database& database);

  /// The text of a number; empty where there is none.
  const std::string& text(std::int64_t number);
  /// The numbers of those texts that there are.
  std::vector<std::int64_t> numbers(Column kind, const std::vector<std::string>& texts);

 private:
  static constexpr std::size_t most = 100'000;

  Statement by_number_, by_text_;
  std::unordered_map<std::int64_t, std::string> known_;
};

}  // namespace llmgw::collector
