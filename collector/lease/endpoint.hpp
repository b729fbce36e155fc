// SPDX-License-Identifier: MIT
// LeaseEndpoint: POST /limits/v1/sync, from the request's head to the answer.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "collector/ingest_gate.hpp"
#include "collector/lease/lender.hpp"
#include "common/http/body_budget.hpp"
#include "common/http/endpoint_exchange.hpp"

namespace llmgw::collector {

/// Belongs to the lender's loop.
class LeaseEndpoint {
 public:
  explicit LeaseEndpoint(Lender& lender) noexcept : lender_(lender) {}

  /// 200 with what is lent; 400, 401, 403, 408, 409, 413, 415 or 503 otherwise.
  Task<void> post(http::EndpointExchange& exchange);

  /// Whom it lends to.
  IngestGate& gate() noexcept { return gate_; }

  /// Requests answered, by status.
  const std::map<int, std::uint64_t>& answered() const noexcept { return answered_; }

  /// Of all bodies together, bytes.
  static constexpr std::size_t most_held = std::size_t{64} << 20;

 private:
  Task<std::optional<Lender::Answer>> take(http::EndpointExchange& exchange);

  Lender& lender_;
  IngestGate gate_;
  http::BodyBudget budget_{most_held};
  std::map<int, std::uint64_t> answered_;
};

}  // namespace llmgw::collector
