// SPDX-License-Identifier: MIT
// Asked for, made where they lack, and asked for again: another writer may have been faster.
#include "collector/sinks/postgres/word_numbers.hpp"

namespace llmgw::collector {
namespace {

SqlValues arrays_of(const std::vector<Word>& words) {
  std::vector<std::int64_t> kinds;
  std::vector<std::string> texts;
  for (const Word& each : words) {
    kinds.push_back(static_cast<std::int64_t>(each.kind));
    texts.push_back(each.text);
  }
  SqlValues parameters;
  parameters.add_array(kinds).add_array(texts);
  return parameters;
}

constexpr const char* select_sql =
    "SELECT coalesce(word.id, 0) FROM unnest($1, $2) WITH ORDINALITY AS wanted(kind, text, place) "
    "LEFT JOIN word ON word.kind = wanted.kind::int AND word.text = wanted.text ORDER BY place";
// In one order for all writers.
constexpr const char* insert_sql =
    "INSERT INTO word(kind, text) SELECT kind, text FROM unnest($1, $2) AS wanted(kind, text) "
    "ORDER BY kind, text COLLATE \"C\" ON CONFLICT DO NOTHING";

}  // namespace

Result<void> WordNumbers::learn(Connection& connection, const PostgresServer& server,
                                const std::vector<Word>& words) {
  if (words.empty()) return {};
  if (const auto begun = connection.execute(begin_sql(server)); begun.has_error())
    return begun.error();
  Result<void> done = learn_within(connection, words);
  if (done) done = connection.commit();
  connection.roll_back();
  if (done.has_error()) clear();
  return done;
}

Result<void> WordNumbers::learn_within(Connection& connection, const std::vector<Word>& words) {
  const auto missing = look_up(connection, words);
  if (missing.has_error()) return missing.error();
  if (missing->empty()) return {};
  const auto made = connection.run(insert_sql, arrays_of(*missing));
  if (made.has_error()) return made.error();
  const auto left = look_up(connection, *missing);
  if (left.has_error()) return left.error();
  return left->empty() ? Result<void>() : Result<void>(postgres_fault("40001"));
}

// Those that there are not.
Result<std::vector<Word>> WordNumbers::look_up(Connection& connection,
                                               const std::vector<Word>& words) {
  const auto rows = connection.run(select_sql, arrays_of(words));
  if (rows.has_error()) return rows.error();
  std::vector<Word> missing;
  for (int i = 0; i < rows->size(); ++i) {
    const Word& word = words[static_cast<std::size_t>(i)];
    const std::int64_t number = rows->integer(i, 0);
    if (number == 0) {
      missing.push_back(word);
    } else {
      known_.add(word.kind, word.text, number);
    }
  }
  return missing;
}

}  // namespace llmgw::collector
