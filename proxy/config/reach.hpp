// SPDX-License-Identifier: MIT
// PURE: the settings of who reaches the upstream through this gateway, and where.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/settings/settings.hpp"

namespace llmgw::proxy {

struct Reach {
  std::vector<std::string> endpoints{"/v1/"};  ///< prefixes of paths that are forwarded
  std::vector<std::string> origins;  ///< lower case, without a scheme's own port; or `*` for all
  std::vector<std::string> hosts;    ///< lower case, with or without port; empty: any
};

// Each reads one variable, a list by commas; a fault names the first item that is none.
std::vector<std::string> read_endpoints(Settings& settings, std::string_view name);
std::vector<std::string> read_origins(Settings& settings, std::string_view name);
std::vector<std::string> read_hosts(Settings& settings, std::string_view name);

/// Such a list as it is set.
std::string joined(const std::vector<std::string>& list);

}  // namespace llmgw::proxy
