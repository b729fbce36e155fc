// SPDX-License-Identifier: MIT
// Ingest: POST /events, from the request's body to the answer.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "collector/ingest_gate.hpp"
#include "collector/pipeline/pipeline.hpp"
#include "common/coding/compression.hpp"
#include "common/http/body_budget.hpp"
#include "common/http/endpoint_exchange.hpp"

namespace llmgw::collector {

/// Accepts a request's events all together or refuses them all together. Belongs to the pipeline's
/// loop.
class Ingest {
 public:
  /// `body_most`: bytes of a body, also after decompression. `bodies_most`: of all bodies together
  /// that are being received or wait to be stored; beyond it requests are answered 503.
  Ingest(Pipeline& pipeline, std::size_t body_most, std::size_t bodies_most)
      : pipeline_(pipeline), body_most_(body_most), budget_(bodies_most) {}

  /// 202 once all events are stored; 400, 401, 403, 408, 413, 415 or 503 otherwise, with nothing
  /// stored.
  Task<void> post(http::EndpointExchange& exchange);

  /// Whom it takes events from.
  IngestGate& gate() noexcept { return gate_; }

  /// Requests answered, by status.
  const std::map<int, std::uint64_t>& answered() const noexcept { return answered_; }
  /// Requests refused for what they hold: 400, 413 and 415.
  std::uint64_t rejected() const noexcept { return rejected_; }
  /// Bytes of bodies held now.
  std::size_t held_bytes() const noexcept { return budget_.held(); }

 private:
  struct Answer {
    int status;
    std::string_view code;  // empty: not an error
    std::string text;       // the message of an error, else the body
  };

  Task<std::optional<Answer>> take(http::EndpointExchange& exchange);
  Result<std::string> content_of(ContentCoding coding, std::string body,
                                 http::BodyShare& share) const;
  static Answer refusal(const boost::system::error_code& fault);
  Task<void> reply(http::EndpointExchange& exchange, const Answer& answer);

  Pipeline& pipeline_;
  std::size_t body_most_;
  http::BodyBudget budget_;
  IngestGate gate_;
  std::map<int, std::uint64_t> answered_;
  std::uint64_t rejected_ = 0;
};

}  // namespace llmgw::collector
