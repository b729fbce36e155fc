// SPDX-License-Identifier: MIT
// PURE: the head of a request as an upstream gets it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "proxy/http/head.hpp"
#include "proxy/provider/dialect.hpp"

namespace llmgw::proxy {

/// Where a request goes, and as whose.
struct Destination {
  const Dialect& dialect;
  std::string_view prefix;       ///< of its targets
  std::string_view authority;    ///< for Host
  std::string_view credentials;  ///< scheme and key; empty: none are sent
  /// As in TargetPlace.
  std::string_view model = {};
  std::string_view api_version = {};
  CredentialsForm form = dialect.credentials;  ///< the dialect's other one, if settings say so
  std::span<const DefaultField> defaults = dialect.defaults;
};

/// What a translated request has that the client's has not.
struct TranslatedHead {
  std::string_view target;     ///< where it goes
  std::string_view beta = {};  ///< for `anthropic-beta`, beside the client's; empty: none
  bool takes_gzip = false;     ///< its answer may come coded so
};

/// What else differs from the client's head.
struct HeadChanges {
  std::optional<std::uint64_t> length = {};  ///< of a body that was edited
  /// The answer is to come without content coding, or it could not be edited. `identity` alone says
  /// that none is wanted (RFC 9110 section 12.5.3), as Python's http.client does with each request,
  /// so no server is surprised by it; without the field it would be any coding that goes.
  bool is_uncoded = false;
  bool hides_choice = false;  ///< X-LLM-Provider was meant for the gateway
  /// The body was translated: what fields say of OpenAI's API is left out. Null: it was not.
  const TranslatedHead* translated = nullptr;
};

/// Appends the head: target, Host and credentials are the upstream's, and none are the client's,
/// neither in fields nor as `key=` in the query.
void append_request_head(std::string& out, const http::RequestHead& head, const Destination& to,
                         const HeadChanges& changes = {});

}  // namespace llmgw::proxy
