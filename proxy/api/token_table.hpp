// SPDX-License-Identifier: MIT
// PURE: tokens by tenant and model.
#pragma once

#include "proxy/api/pair_table.hpp"

namespace llmgw::proxy {

inline constexpr std::array<std::string_view, 4> token_kinds{"prompt", "completion", "cached",
                                                             "reasoning"};

/// Amounts are in the order of token_kinds.
class TokenTable : public PairTable<token_kinds.size()> {
 public:
  /// As that of any such table; of no counts nothing is kept.
  void add(std::string_view tenant, std::string_view model, const TokenCounts& tokens) noexcept {
    if (tokens == TokenCounts{}) return;
    PairTable::add(tenant, model,
                   {tokens.prompt.value_or(0), tokens.completion.value_or(0),
                    tokens.cached.value_or(0), tokens.reasoning.value_or(0)});
  }
};

using TokenAmounts = TokenTable::Amounts;

}  // namespace llmgw::proxy
