// SPDX-License-Identifier: MIT
// PURE: EVENTS_TOKEN_FILE, which both daemons share.
#pragma once

#include <string>

#include "common/settings/bearer_tokens.hpp"
#include "common/settings/settings.hpp"
#include "common/system/read_file.hpp"

namespace llmgw {

struct EventsToken {
  std::string file;     ///< empty: not set
  BearerTokens tokens;  ///< as the file stood at start; not empty where there is a file
};

inline constexpr std::string_view events_token_name = "EVENTS_TOKEN_FILE";

/// Reads the variable, or another one of this kind, and the file.
EventsToken read_events_token(Settings& settings, const FileReader& read,
                              std::string_view name = events_token_name);

}  // namespace llmgw
