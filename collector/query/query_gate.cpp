// SPDX-License-Identifier: MIT
// Names, origins, tokens and cookies.
#include "collector/query/query_gate.hpp"

#include "common/text/case_blind.hpp"

namespace llmgw::collector {
namespace {

using Refusal = QueryGate::Refusal;
using Clock = std::chrono::steady_clock;

constexpr Refusal no_token{401, "invalid_token", "A bearer token that is valid here is needed."};
constexpr Refusal other_site{403, "origin_not_allowed", "Pages of other sites may not ask."};

// What browsers say of requests that pages make, those of other sites and of other ports too.
bool is_of_other_site(const http::EndpointHead& head) noexcept {
  const std::string_view site = head.value("Sec-Fetch-Site");
  return site == "cross-site" || site == "same-site";
}

std::string new_id(SecureRandom& random) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string id;
  for (int i = 0; i < 4; ++i) {
    const std::uint64_t number = random.next();
    for (int shift = 60; shift >= 0; shift -= 4) id += digits[(number >> shift) & 15];
  }
  return id;
}

}  // namespace

std::optional<Refusal> QueryGate::refusal_of_host(const http::EndpointHead& head) const {
  if (access_.is_empty() || public_url_) {
    const std::string_view host = head.value("Host");
    const bool is_known = head.count("Host") == 1 &&
                          (is_loopback_host(host) ||
                           (public_url_ && equals_ignoring_case(host, public_url_->authority)));
    if (!is_known)
      return access_.is_empty()
                 ? Refusal{403, "host_not_allowed",
                           "Without tokens this address answers by the names of this machine "
                           "alone."}
                 : Refusal{403, "host_not_allowed", "The page is at another address."};
  }
  return std::nullopt;
}

// A token that is right goes before all else: many wrong ones keep nobody out.
std::optional<Refusal> QueryGate::refusal_of(const http::EndpointHead& head,
                                             const QueryScope*& scope) {
  if (access_.is_empty()) {
    if (const auto refused = refusal_of_host(head)) return refused;
    return is_of_other_site(head) ? std::optional(other_site) : std::nullopt;
  }
  if (head.count("Authorization") > 0) {
    const bool is_one = head.count("Authorization") == 1;
    scope = is_one ? access_.scope_of(head.value("Authorization")) : nullptr;
    return scope == nullptr ? std::optional(wrong_token()) : std::nullopt;
  }
  scope = session_scope(head);
  if (scope == nullptr) return no_token;
  if (const auto refused = refusal_of_host(head)) return refused;
  return is_of_other_site(head) ? std::optional(other_site) : std::nullopt;
}

std::optional<Refusal> QueryGate::open(const http::EndpointHead& head, std::string& cookie) {
  if (const auto refused = refusal_of_host(head)) return refused;
  if (!is_own_origin(head)) return other_site;
  if (access_.is_empty())
    return Refusal{400, "no_login", "There are no tokens here, and no login is needed."};
  const bool is_one = head.count("Authorization") == 1;
  const std::string digest = is_one ? token_digest(head.value("Authorization")) : std::string();
  if (access_.scope_of_digest(digest) == nullptr) return wrong_token();
  const std::string id = new_id(random_);
  sessions_.open(id, digest, Clock::now());
  cookie = cookie_text(id, std::chrono::seconds(Sessions::life).count());
  return std::nullopt;
}

std::optional<Refusal> QueryGate::close(const http::EndpointHead& head, std::string& cookie) {
  if (const auto refused = refusal_of_host(head)) return refused;
  if (!is_own_origin(head)) return other_site;
  sessions_.close(cookie_of(head.value("Cookie"), cookie_name()));
  cookie = cookie_text("", 0);
  return std::nullopt;
}

const QueryScope* QueryGate::session_scope(const http::EndpointHead& head) {
  const std::string_view id = cookie_of(head.value("Cookie"), cookie_name());
  if (id.empty()) return nullptr;
  return access_.scope_of_digest(sessions_.token_of(id, Clock::now()));
}

// A browser takes the longer name from nobody but this very host, over TLS.
std::string_view QueryGate::cookie_name() const noexcept {
  return is_secure() ? "__Host-llmgw_session" : "llmgw_session";
}

std::string QueryGate::cookie_text(std::string_view value, long seconds) const {
  std::string text(cookie_name());
  text.append("=").append(value).append("; Path=/; Max-Age=").append(std::to_string(seconds));
  return text + "; HttpOnly; SameSite=Strict" + (is_secure() ? "; Secure" : "");
}

// Browsers say it of whatever is no GET.
bool QueryGate::is_own_origin(const http::EndpointHead& head) const {
  if (head.count("Origin") != 1 || head.count("Host") != 1) return false;
  const std::string_view origin = head.value("Origin");
  const std::string host(head.value("Host"));
  if (is_secure() && !is_loopback_host(host))
    return equals_ignoring_case(origin, "https://" + public_url_->authority);
  return equals_ignoring_case(origin, "http://" + host) ||
         equals_ignoring_case(origin, "https://" + host);
}

QueryGate::Refusal QueryGate::wrong_token() {
  constexpr unsigned most = 10;  // a minute
  const auto now = Clock::now();
  if (now - wrong_since_ > std::chrono::minutes(1)) {
    wrong_since_ = now;
    wrong_ = 0;
  }
  if (++wrong_ > most) return {429, "too_many_attempts", "Too many tokens that are not valid."};
  return no_token;
}

}  // namespace llmgw::collector
