// SPDX-License-Identifier: MIT
// PURE: a few places for each hash.
#include "quota/callers.hpp"

#include <algorithm>
#include <functional>

namespace llmgw::quota {

Caller::Pointer Callers::find(std::string_view tenant, std::string_view key_id) {
  const std::hash<std::string_view> hash;
  const std::size_t number = hash(tenant) ^ (key_id.empty() ? 0 : hash(key_id) * 31);
  Set& set = sets_[number % set_count];
  const KeyLimits* const key = key_id.empty() ? nullptr : set_->key(key_id);
  auto found = std::find_if(set.begin(), set.end(), [&](const Caller::Pointer& each) {
    return each != nullptr && each->key() == key && each->tenant() == tenant;
  });
  // Who shares the balances of newcomers gets some of its own as soon as there is room.
  if (found == set.end() || (*found)->is_shared()) {
    if (found == set.end()) --found;
    found->reset(new Caller(terms_, set_, generation_, tenant, key));
  }
  std::rotate(set.begin(), found, found + 1);
  return set.front()->entries().empty() ? nullptr : set.front();
}

void Callers::tell_decisions() {
  for (Set& set : sets_)
    for (Caller::Pointer& each : set)
      if (each != nullptr) each->tell_decisions();
}

}  // namespace llmgw::quota
