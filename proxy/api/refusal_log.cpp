// SPDX-License-Identifier: MIT
// A place for each reason and tenant.
#include "proxy/api/refusal_log.hpp"

#include <functional>
#include <utility>

namespace llmgw::proxy {

void RefusalLog::note(BoundedLog& log, const Refusal& refusal, Clock::time_point now) noexcept {
  const std::hash<std::string_view> hash_of;
  const std::size_t hash = hash_of(refusal.reason) * 31 + hash_of(refusal.tenant) + 1;
  Place& place = places_[hash % place_count];
  if (place.hash == hash && now - place.told_at < interval) {
    ++place.untold;
    return;
  }
  const std::uint64_t untold = place.hash == hash ? place.untold : 0;
  place = {hash, now, 0};
  log.warn("requests refused", {{"code", refusal.code},
                                {"reason", refusal.reason},
                                {"tenant", refusal.tenant},
                                {"key_id", refusal.key_id},
                                {"requests", untold + 1}});
}

}  // namespace llmgw::proxy
