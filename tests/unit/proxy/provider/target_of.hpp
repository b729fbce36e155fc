// SPDX-License-Identifier: MIT
// Where a dialect has what a client asks for.
#pragma once

#include <string>
#include <string_view>

#include "proxy/provider/dialect.hpp"

namespace llmgw::proxy {

inline std::string target_of(const Dialect& dialect, const TargetPlace& place,
                             std::string_view target) {
  std::string out;
  dialect.append_target(out, place, target);
  return out;
}

}  // namespace llmgw::proxy
