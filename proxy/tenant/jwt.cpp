// SPDX-License-Identifier: MIT
// The parts of a token, its signature, its claims.
#include "proxy/tenant/jwt.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "common/text/base64url.hpp"

namespace llmgw::proxy {
namespace {

using Json = nlohmann::json;
using std::chrono::sys_seconds;

constexpr std::size_t longest_name = 128;

struct Parts {
  std::string_view header, claims, signature;
  std::string_view signed_part;
};

std::optional<Parts> split(std::string_view token) noexcept {
  const std::size_t first = token.find('.');
  const std::size_t last = token.rfind('.');
  if (first == token.npos || first == last) return std::nullopt;
  const std::string_view claims = token.substr(first + 1, last - first - 1);
  if (claims.find('.') != claims.npos) return std::nullopt;
  return Parts{token.substr(0, first), claims, token.substr(last + 1), token.substr(0, last)};
}

// An object; its members named twice are refused, for who checks and who uses a token must read the
// same (RFC 7519 section 4).
std::optional<Json> object_of(std::string_view part) {
  const auto text = decode_base64url(part);
  if (!text) return std::nullopt;
  std::vector<std::vector<std::string>> names;
  bool is_double = false;
  const auto note = [&](int, Json::parse_event_t event, Json& parsed) {
    if (event == Json::parse_event_t::object_start) names.emplace_back();
    if (event == Json::parse_event_t::object_end) names.pop_back();
    if (event != Json::parse_event_t::key) return true;
    const auto& name = parsed.get_ref<const std::string&>();
    auto& known = names.back();
    is_double = is_double || std::find(known.begin(), known.end(), name) != known.end();
    known.push_back(name);
    return true;
  };
  Json object = Json::parse(text->begin(), text->end(), note, false);
  if (!object.is_object() || is_double) return std::nullopt;
  return object;
}

const Json* member(const Json& object, const std::string& name) {
  const auto found = object.find(name);
  return found == object.end() ? nullptr : &*found;
}

std::string_view text_of(const Json* value) {
  return value != nullptr && value->is_string() ? value->get_ref<const std::string&>()
                                                : std::string_view();
}

// NumericDate: seconds, which may have a fraction. Of no use outside the years that clocks have.
std::optional<sys_seconds> time_of(const Json* value) {
  constexpr double latest = 253402300799.0;  // of the year 9999
  if (value == nullptr || !value->is_number()) return std::nullopt;
  const double seconds = value->get<double>();
  if (!(seconds >= 0 && seconds <= latest)) return std::nullopt;
  return sys_seconds(std::chrono::seconds(static_cast<std::int64_t>(std::floor(seconds))));
}

bool is_for(const Json* audience, std::string_view name) {
  if (audience == nullptr) return false;
  if (audience->is_string()) return text_of(audience) == name;
  return audience->is_array() &&
         std::any_of(audience->begin(), audience->end(),
                     [name](const Json& each) { return text_of(&each) == name; });
}

const Json* claim(const Json& claims, const std::string& name) {
  if (!name.starts_with('/')) return member(claims, name);
  const Json::json_pointer pointer(name);  // its form was checked with the settings
  return claims.contains(pointer) ? &claims.at(pointer) : nullptr;
}

bool is_name(std::string_view text) noexcept {
  return !text.empty() && text.size() <= longest_name &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

std::variant<JwtIdentity, JwtFault> check_claims(const Json& claims, const JwtTerms& terms,
                                                 sys_seconds now) {
  if (text_of(member(claims, "iss")) != terms.issuer) return JwtFault::issuer;
  if (!is_for(member(claims, "aud"), terms.audience)) return JwtFault::audience;
  const auto expires = time_of(member(claims, "exp"));
  if (!expires || now >= *expires + jwt_leeway) return JwtFault::expired;
  if (const Json* const begins = member(claims, "nbf")) {
    const auto not_before = time_of(begins);
    if (!not_before || now + jwt_leeway < *not_before) return JwtFault::not_yet_valid;
  }
  const std::string_view tenant = text_of(claim(claims, terms.tenant_claim));
  if (!is_name(tenant)) return JwtFault::no_tenant;
  const std::string_view subject = text_of(member(claims, "sub"));
  return JwtIdentity{std::string(tenant), std::string(is_name(subject) ? subject : ""),
                     *expires + jwt_leeway};
}

}  // namespace

std::string_view word(JwtFault fault) noexcept {
  switch (fault) {
    case JwtFault::malformed: return "malformed";
    case JwtFault::algorithm: return "algorithm";
    case JwtFault::unknown_key: return "unknown_key";
    case JwtFault::signature: return "signature";
    case JwtFault::issuer: return "issuer";
    case JwtFault::audience: return "audience";
    case JwtFault::expired: return "expired";
    case JwtFault::not_yet_valid: return "not_yet_valid";
    case JwtFault::no_tenant: break;
  }
  return "no_tenant";
}

bool looks_like_jwt(std::string_view credential) noexcept {
  return credential.starts_with("eyJ") && split(credential).has_value();
}

std::variant<JwtIdentity, JwtFault> check_jwt(std::string_view token, const JwkSet& keys,
                                              const JwtTerms& terms, sys_seconds now) {
  if (token.size() > longest_jwt) return JwtFault::malformed;
  const auto parts = split(token);
  if (!parts) return JwtFault::malformed;
  const auto header = object_of(parts->header);
  const auto signature = decode_base64url(parts->signature);
  if (!header || !signature) return JwtFault::malformed;
  // Extensions that must be understood (RFC 7515 section 4.1.11) are not.
  if (header->contains("crit")) return JwtFault::malformed;
  const auto signing = signing_of(text_of(member(*header, "alg")));
  if (!signing) return JwtFault::algorithm;
  const PublicKey* const key = keys.find(text_of(member(*header, "kid")), *signing);
  if (key == nullptr) return JwtFault::unknown_key;
  if (!key->has_signed(parts->signed_part, *signature, *signing)) return JwtFault::signature;
  const auto claims = object_of(parts->claims);
  if (!claims) return JwtFault::malformed;
  return check_claims(*claims, terms, now);
}

}  // namespace llmgw::proxy
