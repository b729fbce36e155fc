// SPDX-License-Identifier: MIT
// From JSON to keys.
#include "proxy/tenant/jwk_set.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "common/text/base64url.hpp"

namespace llmgw::proxy {
namespace {

using Json = nlohmann::json;

// Empty where it is missing, or no text.
std::string_view text_of(const Json& key, const char* name) {
  const auto found = key.find(name);
  if (found == key.end() || !found->is_string()) return {};
  return found->get_ref<const std::string&>();
}

std::optional<PublicKey> rsa_of(const Json& key) {
  const auto n = decode_base64url(text_of(key, "n"));
  const auto e = decode_base64url(text_of(key, "e"));
  if (!n || !e) return std::nullopt;
  return PublicKey::rsa(*n, *e);
}

std::optional<PublicKey> elliptic_of(const Json& key) {
  const std::string_view curve = text_of(key, "crv");
  const auto x = decode_base64url(text_of(key, "x"));
  const auto y = decode_base64url(text_of(key, "y"));
  if (!x || !y) return std::nullopt;
  if (curve == "P-256") return PublicKey::elliptic(PublicKey::Curve::p256, *x, *y);
  if (curve == "P-384") return PublicKey::elliptic(PublicKey::Curve::p384, *x, *y);
  return std::nullopt;
}

std::optional<PublicKey> edwards_of(const Json& key) {
  const auto x = decode_base64url(text_of(key, "x"));
  if (!x || text_of(key, "crv") != "Ed25519") return std::nullopt;
  return PublicKey::ed25519(*x);
}

std::optional<PublicKey> key_of(const Json& key) {
  const std::string_view kind = text_of(key, "kty");
  if (kind == "RSA") return rsa_of(key);
  if (kind == "EC") return elliptic_of(key);
  if (kind == "OKP") return edwards_of(key);
  return std::nullopt;
}

bool is_for_signatures(const Json& key) {
  const auto use = key.find("use");
  if (use != key.end() && *use != "sig") return false;
  const auto operations = key.find("key_ops");
  if (operations == key.end()) return true;
  return operations->is_array() &&
         std::find(operations->begin(), operations->end(), "verify") != operations->end();
}

}  // namespace

std::optional<Signing> signing_of(std::string_view alg) noexcept {
  constexpr std::array<std::pair<std::string_view, Signing>, 9> names{{
      {"RS256", Signing::rs256},
      {"RS384", Signing::rs384},
      {"RS512", Signing::rs512},
      {"PS256", Signing::ps256},
      {"PS384", Signing::ps384},
      {"PS512", Signing::ps512},
      {"ES256", Signing::es256},
      {"ES384", Signing::es384},
      {"EdDSA", Signing::eddsa},
  }};
  for (const auto& [name, signing] : names)
    if (name == alg) return signing;
  return std::nullopt;
}

std::optional<JwkSet> JwkSet::parse(std::string_view text) {
  if (text.size() > most_bytes) return std::nullopt;
  const Json set = Json::parse(text.begin(), text.end(), nullptr, false);
  if (!set.is_object()) return std::nullopt;
  const auto keys = set.find("keys");
  if (keys == set.end() || !keys->is_array()) return std::nullopt;
  JwkSet made;
  for (const Json& each : *keys) {
    if (made.keys_.size() == most_keys) break;
    if (!each.is_object() || !is_for_signatures(each)) continue;
    const bool has_alg = each.contains("alg");
    const auto only = signing_of(text_of(each, "alg"));
    auto key = key_of(each);
    if (!key || (has_alg && (!only || !key->fits(*only)))) continue;
    made.keys_.push_back({std::string(text_of(each, "kid")), only, std::move(*key)});
  }
  if (made.keys_.empty()) return std::nullopt;
  return made;
}

const PublicKey* JwkSet::find(std::string_view kid, Signing signing) const noexcept {
  const PublicKey* found = nullptr;
  for (const Named& each : keys_) {
    if (!each.key.fits(signing) || (each.only && each.only != signing)) continue;
    if (!kid.empty() && each.kid != kid) continue;
    if (found != nullptr) return nullptr;  // which of them is not said
    found = &each.key;
  }
  return found;
}

}  // namespace llmgw::proxy
