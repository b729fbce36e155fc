// SPDX-License-Identifier: MIT
// Going over to other limits.
#include "proxy/api/limits.hpp"

#include "common/system/secure_random.hpp"

namespace llmgw::proxy {

void Limits::use(const LimitsInUse& limits) {
  callers.reset();
  if (limits.scopes == nullptr || limits.rules->is_empty()) return;
  if (learned == nullptr) learned = std::make_unique<quota::Learned>(SecureRandom().next());
  callers = std::make_unique<quota::Callers>(quota::CallerTerms{*limits.scopes, counts, decisions},
                                             limits.rules, limits.generation);
}

}  // namespace llmgw::proxy
