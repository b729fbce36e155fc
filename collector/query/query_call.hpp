// SPDX-License-Identifier: MIT
// QueryApi::Call: one question while it is answered.
#pragma once

#include "collector/query/query_api.hpp"

namespace llmgw::collector {

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

inline std::int64_t milliseconds_now() {
  namespace chrono = std::chrono;
  const auto now = chrono::system_clock::now().time_since_epoch();
  return chrono::duration_cast<chrono::milliseconds>(now).count();
}

}  // namespace llmgw::collector
