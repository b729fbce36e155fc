// SPDX-License-Identifier: MIT
// PURE: what the head of a request says of whoever makes it.
#pragma once

#include <algorithm>
#include <string_view>

#include "common/event/metering_event.hpp"
#include "proxy/http/head.hpp"

namespace llmgw::proxy {

/// 1 to 128 visible ASCII characters; a field that holds anything else counts as absent.
inline bool is_tenant(std::string_view text) noexcept {
  return !text.empty() && text.size() <= max_event_text &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

/// Views of the head.
struct Presented {
  /// Of `Authorization: Bearer`, else `api-key`, `x-api-key` or `x-goog-api-key`; empty: none.
  /// Authorization of other schemes is none of ours.
  std::string_view credential = {};
  /// By `X-LLM-Tenant`, else `X-Tenant`; empty: none.
  std::string_view tenant = {};
  bool has_two_credentials = false;  ///< that differ
  bool names_two_tenants = false;    ///< the same
};

Presented presented_by(const http::Head& head) noexcept;

}  // namespace llmgw::proxy
