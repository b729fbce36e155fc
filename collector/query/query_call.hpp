// SPDX-License-Identifier: MIT
// QueryApi::Call: one question while it is answered.
#pragma once

#include "collector/query/query_api.hpp"

namespace llmgw::collector {

/// Of one event; its id stands behind it.
inline constexpr std::string_view event_path = "/api/v1/events/";

struct QueryApi::Call {
  http::EndpointExchange& exchange;
  Parameters parameters{query_of(exchange.head())};
  QueryTerms terms = {};
  std::string_view path = {};  // of the table; empty: not found

  static std::string_view query_of(const http::EndpointHead& head) noexcept {
    const std::string_view target = head.target;
    return target.substr(std::min(target.find('?'), target.size() - 1) + 1);
  }
};

}  // namespace llmgw::collector
