// SPDX-License-Identifier: MIT
// Looking variables up.
#include "common/settings/env.hpp"

#include <cstdlib>

namespace llmgw {

std::optional<std::string> Environment::find(std::string_view name) const {
  std::string value;
  if (variables_) {
    if (const auto found = variables_->find(name); found != variables_->end())
      value = found->second;
  } else if (const char* found = std::getenv(std::string(name).c_str())) {
    value = found;
  }
  if (value.empty()) return std::nullopt;
  return value;
}

}  // namespace llmgw
