// SPDX-License-Identifier: MIT
// Sums by dialect.
#include "tests/mock_upstream/billing.hpp"

#include "tests/mock_upstream/json_access.hpp"

namespace llmgw::mock {

void Billing::note_request(Dialect dialect) {
  const std::lock_guard lock(mutex_);
  ++accounts_[static_cast<std::size_t>(dialect)].requests;
}

void Billing::add(Dialect dialect, const Tokens& tokens) {
  const std::lock_guard lock(mutex_);
  Account& account = accounts_[static_cast<std::size_t>(dialect)];
  ++account.calls;
  account.sum.prompt += tokens.prompt;
  account.sum.cached += tokens.cached;
  account.sum.cache_write += tokens.cache_write;
  account.sum.completion += tokens.completion;
  account.sum.reasoning += tokens.reasoning;
}

std::string Billing::text() {
  const std::lock_guard lock(mutex_);
  Json accounts;
  for (std::size_t index = 0; index < dialect_count; ++index) {
    const Account& account = accounts_[index];
    accounts[std::string(name_of(static_cast<Dialect>(index)))] = {
        {"requests", account.requests},
        {"calls", account.calls},
        {"prompt_tokens", account.sum.prompt},
        {"completion_tokens", account.sum.completion},
        {"total_tokens", account.sum.prompt + account.sum.completion},
        {"cached_tokens", account.sum.cached},
        {"cache_write_tokens", account.sum.cache_write},
        {"reasoning_tokens", account.sum.reasoning}};
  }
  return accounts.dump();
}

}  // namespace llmgw::mock
