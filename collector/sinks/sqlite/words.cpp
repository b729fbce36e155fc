// SPDX-License-Identifier: MIT
// Memory first, then the table.
#include "collector/sinks/sqlite/words.hpp"

namespace llmgw::collector {

Result<Words> Words::open(Database& database) {
  Words words;
  words.database_ = &database;
  auto select = database.prepare("SELECT id FROM word WHERE kind = ? AND text = ?");
  if (select.has_error()) return select.error();
  auto insert = database.prepare("INSERT INTO word(kind, text) VALUES(?, ?)");
  if (insert.has_error()) return insert.error();
  words.select_ = std::move(*select);
  words.insert_ = std::move(*insert);
  return words;
}

Result<std::int64_t> Words::number(Column kind, std::string_view text) {
  if (const auto known = known_.find(kind, text)) return *known;
  const auto number = look_up(kind, text);
  if (number.has_error()) return number;
  known_.add(kind, text, *number);
  fresh_.emplace_back(kind, text);
  return number;
}

Result<std::int64_t> Words::look_up(Column kind, std::string_view text) {
  select_.bind(1, static_cast<std::int64_t>(kind));
  select_.bind_text(2, text);
  const Result<int> row = select_.step();
  const std::int64_t number = row && *row ? select_.integer(0) : 0;
  select_.reset();
  if (row.has_error()) return row.error();
  if (*row) return number;
  insert_.bind(1, static_cast<std::int64_t>(kind));
  insert_.bind_text(2, text);
  if (const auto done = insert_.run(); done.has_error()) return done.error();
  return database_->last_id();
}

void Words::commit() {
  fresh_.clear();
  known_.bound();
}

void Words::roll_back() {
  for (const auto& [kind, text] : fresh_) known_.remove(kind, text);
  fresh_.clear();
}

}  // namespace llmgw::collector
