// SPDX-License-Identifier: MIT
// Asked once each.
#include "collector/query/word_table.hpp"

namespace llmgw::collector {

Result<WordTable> WordTable::open(Database& database) {
  WordTable table;
  auto by_number = database.prepare("SELECT text FROM word WHERE id = ?");
  if (by_number.has_error()) return by_number.error();
  auto by_text = database.prepare("SELECT id FROM word WHERE kind = ? AND text = ?");
  if (by_text.has_error()) return by_text.error();
  table.by_number_ = std::move(*by_number);
  table.by_text_ = std::move(*by_text);
  return table;
}

const std::string& WordTable::text(std::int64_t number) {
  static const std::string none;
  const auto found = known_.find(number);
  if (found != known_.end()) return found->second;
  if (known_.size() >= most) known_.clear();
  by_number_.bind(1, number);
  const Result<int> row = by_number_.step();
  const bool is_there = row && *row != 0;
  std::string text(is_there ? by_number_.text(0) : std::string_view());
  by_number_.reset();
  return is_there ? known_.emplace(number, std::move(text)).first->second : none;
}

std::vector<std::int64_t> WordTable::numbers(Column kind, const std::vector<std::string>& texts) {
  std::vector<std::int64_t> found;
  for (const std::string& each : texts) {
    by_text_.bind(1, static_cast<std::int64_t>(kind));
    by_text_.bind_text(2, std::string_view(each).substr(0, longest_word));
    const Result<int> row = by_text_.step();
    if (row && *row != 0) found.push_back(by_text_.integer(0));
    by_text_.reset();
  }
  return found;
}

}  // namespace llmgw::collector
