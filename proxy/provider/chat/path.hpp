// SPDX-License-Identifier: MIT
// PURE: where in a request something stands, as a client would write it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace llmgw::proxy::chat {

/// `list[index]`, and `list[index].rest` if there is a rest.
inline std::string path_at(std::string_view list, std::size_t index, std::string_view rest = {}) {
  std::string path(list);
  path.append("[").append(std::to_string(index)).append("]");
  if (!rest.empty()) path.append(".").append(rest);
  return path;
}

}  // namespace llmgw::proxy::chat
