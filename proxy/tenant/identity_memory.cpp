// SPDX-License-Identifier: MIT
// PURE: one place a hash.
#include "proxy/tenant/identity_memory.hpp"

#include <functional>
#include <utility>

namespace llmgw::proxy {
namespace {

IdentityMemory::Found look_at(std::string_view token, const TokenIssuer& issuer,
                              std::chrono::sys_seconds now) {
  auto checked = check_jwt(token, *issuer.keys, issuer.terms, now);
  if (const JwtFault* fault = std::get_if<JwtFault>(&checked)) return *fault;
  auto& identity = std::get<JwtIdentity>(checked);
  auto settings = std::make_shared<KeySettings>();
  settings->id = std::move(identity.subject);
  settings->tenant = std::move(identity.tenant);
  settings->expires = identity.expires;
  return Identity(std::move(settings));
}

// What time alone changes is looked at anew.
bool may_be_kept(const IdentityMemory::Found& found) noexcept {
  const JwtFault* const fault = std::get_if<JwtFault>(&found);
  return fault == nullptr || *fault != JwtFault::not_yet_valid;
}

}  // namespace

const IdentityMemory::Found& IdentityMemory::find(std::string_view token, const TokenIssuer& issuer,
                                                  std::chrono::sys_seconds now) {
  if (token.size() > longest_jwt) return unkept_ = JwtFault::malformed;
  if (places_ == nullptr) places_ = std::make_unique<std::array<Place, place_count>>();
  Place& place = (*places_)[std::hash<std::string_view>()(token) % place_count];
  if (place.generation == issuer.generation && place.token == token) return place.found;
  unkept_ = look_at(token, issuer, now);
  if (!may_be_kept(unkept_)) return unkept_;
  place.token.assign(token);
  place.generation = issuer.generation;
  place.found = std::move(unkept_);
  return place.found;
}

}  // namespace llmgw::proxy
