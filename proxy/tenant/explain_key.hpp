// SPDX-License-Identifier: MIT
// PURE: what a request would meet because of its key, said without one.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "proxy/config.hpp"

namespace llmgw::proxy {

/// What is told of the request.
struct KeyQuery {
  std::string_view id;      ///< of the key; empty: it has none
  std::string_view tenant;  ///< that a field of it names; empty: none does
  std::string_view model;   ///< empty: it names none
};

struct KeyExplanation {
  std::string text;    ///< lines; empty where nobody asks for keys
  std::string tenant;  ///< whose the request is
  bool goes_on;        ///< it is not refused
};

KeyExplanation explain_key(const Config& config, const KeyQuery& query,
                           std::chrono::system_clock::time_point now);

}  // namespace llmgw::proxy
