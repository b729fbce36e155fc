// SPDX-License-Identifier: MIT
// PURE: writing an error's body.
#include "common/http/error_body.hpp"

#include <nlohmann/json.hpp>

namespace llmgw::http {

std::string error_body(std::string_view message, std::string_view type, std::string_view code,
                       std::string_view param) {
  nlohmann::ordered_json named;
  if (!param.empty()) named = param;
  const nlohmann::ordered_json body = {
      {"error", {{"message", message}, {"type", type}, {"param", named}, {"code", code}}}};
  return body.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace llmgw::http
