// SPDX-License-Identifier: MIT
// QueryGate: who asks, by a token, by the cookie of a session, or by being on this machine.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "collector/query/sessions.hpp"
#include "collector/store/query_access.hpp"
#include "common/http/endpoint_head.hpp"
#include "common/settings/http_url.hpp"
#include "common/system/secure_random.hpp"

namespace llmgw::collector {

/// Belongs to its loop's thread.
class QueryGate {
 public:
  struct Refusal {
    int status;
    std::string_view code;
    std::string_view message;
  };

  /// None: whoever reaches this machine's own addresses may ask, by their own names alone. A
  /// session whose token is not there any more is none.
  void set_access(QueryAccess access) { access_ = std::move(access); }
  /// Where browsers find the page; nothing: by whatever name.
  void set_public_url(std::optional<HttpUrl> url) { public_url_ = std::move(url); }
  bool has_tokens() const noexcept { return !access_.is_empty(); }

  /// What keeps a browser from being answered at all: a name by which a foreign page may have led
  /// it here.
  std::optional<Refusal> refusal_of_host(const http::EndpointHead& head) const;
  /// What keeps the API from answering; else `scope` is what may be seen, null where that is all.
  std::optional<Refusal> refusal_of(const http::EndpointHead& head, const QueryScope*& scope);

  /// A session for who shows a token: `cookie` is the value of Set-Cookie.
  std::optional<Refusal> open(const http::EndpointHead& head, std::string& cookie);
  /// Its end.
  std::optional<Refusal> close(const http::EndpointHead& head, std::string& cookie);
  std::size_t sessions() const noexcept { return sessions_.size(); }

 private:
  bool is_secure() const noexcept { return public_url_ && public_url_->tls; }
  std::string_view cookie_name() const noexcept;
  std::string cookie_text(std::string_view value, long seconds) const;
  bool is_own_origin(const http::EndpointHead& head) const;
  const QueryScope* session_scope(const http::EndpointHead& head);
  Refusal wrong_token();

  QueryAccess access_;
  std::optional<HttpUrl> public_url_;
  Sessions sessions_;
  SecureRandom random_;
  std::chrono::steady_clock::time_point wrong_since_;
  unsigned wrong_ = 0;  // tokens since then
};

}  // namespace llmgw::collector
