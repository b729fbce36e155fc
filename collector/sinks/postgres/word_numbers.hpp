// SPDX-License-Identifier: MIT
// WordNumbers: the dictionary of a PostgreSQL store, as far as it is in use.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collector/postgres/schema.hpp"
#include "collector/store/known_words.hpp"

namespace llmgw::collector {

struct Word {
  Column kind;
  std::string text;  ///< is_storable()
};

/// A number that was given is never given to another text, so what is known stays so for as long as
/// it is the same database. Belongs to the thread that writes.
class WordNumbers {
 public:
  std::optional<std::int64_t> find(Column kind, std::string_view text) const {
    return known_.find(kind, text);
  }

  /// Looks words up and makes those that are new, in a transaction of its own: no other writer ever
  /// waits for a number until a group of events is stored. From then on find() has them.
  Result<void> learn(Connection& connection, const PostgresServer& server,
                     const std::vector<Word>& words);

  /// Nothing is known any more.
  void clear() noexcept { known_.clear(); }
  /// The same where it has become too much. Between two groups.
  void bound() noexcept { known_.bound(); }

 private:
  Result<std::vector<Word>> look_up(Connection& connection, const std::vector<Word>& words);
  Result<void> learn_within(Connection& connection, const std::vector<Word>& words);

  KnownWords known_;
};

}  // namespace llmgw::collector
