// SPDX-License-Identifier: MIT
// PostgresReader::with_texts: an answer with the words that its numbers stand for.
#pragma once

#include <set>

#include "collector/query/postgres_reader.hpp"

namespace llmgw::collector {

/// Makes it twice where words are not known yet: the first time tells which, and all of them are
/// asked for at once. `make` gives the same for the same words.
template <class Make>
auto PostgresReader::with_texts(Make make) -> Result<decltype(make(std::declval<const Text&>()))> {
  std::set<std::int64_t> unknown;
  const Text text = [this, &unknown](std::int64_t number) {
    const auto found = texts_.find(number);
    if (found != texts_.end()) return found->second;
    unknown.insert(number);
    return std::string();
  };
  auto answer = make(text);
  if (unknown.empty()) return answer;
  if (const auto learnt = learn({unknown.begin(), unknown.end()}); learnt.has_error())
    return learnt.error();
  return make(text);
}

}  // namespace llmgw::collector
