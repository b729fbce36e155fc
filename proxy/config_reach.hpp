// SPDX-License-Identifier: MIT
// PURE: the settings of who reaches the upstream through this gateway, and where.
#pragma once

#include <string>
#include <vector>

#include "common/settings/settings.hpp"

namespace llmgw::proxy {

struct Reach {
  std::vector<std::string> endpoints{"/v1/"};  ///< prefixes of paths that are forwarded
  std::vector<std::string> origins;  ///< lower case, without a scheme's own port; or `*` for all
  std::vector<std::string> hosts;    ///< lower case, with or without port; empty: any
};

/// Reads ALLOWED_ENDPOINTS, ALLOWED_ORIGINS and ALLOWED_HOSTS: lists by commas.
Reach read_reach(Settings& settings);

std::vector<EffectiveSetting> effective(const Reach& reach);

}  // namespace llmgw::proxy
