// SPDX-License-Identifier: MIT
// PURE: a field of a head that is about to be written.
#pragma once

#include <string_view>

namespace llmgw::http {

/// The views need to last until the head has been written.
struct OutField {
  std::string_view name;
  std::string_view value;
};

}  // namespace llmgw::http
