// SPDX-License-Identifier: MIT
// The key of an event.
#include "collector/pipeline/batch.hpp"

namespace llmgw::collector {

EventKey event_key(std::string_view event_id) noexcept {
  __extension__ using Wide = unsigned __int128;
  constexpr Wide prime = (Wide{1} << 88) + 0x13b;
  Wide hash = (Wide{0x6c62272e07bb0142} << 64) + 0x62b821756295c58d;
  for (const char c : event_id) hash = (hash ^ static_cast<unsigned char>(c)) * prime;
  return {static_cast<std::uint64_t>(hash >> 64), static_cast<std::uint64_t>(hash)};
}

}  // namespace llmgw::collector
