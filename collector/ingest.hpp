// SPDX-License-Identifier: MIT
// Ingest: POST /events, from the request's body to the answer.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "collector/pipeline/pipeline.hpp"
#include "common/compression.hpp"
#include "common/http/exchange.hpp"

namespace llmgw::collector {

/// Accepts a request's events all together or refuses them all together. Belongs to the pipeline's
/// loop.
class Ingest {
 public:
  /// `body_most`: bytes of a body, also after decompression.
  Ingest(Pipeline& pipeline, std::size_t body_most) : pipeline_(pipeline), body_most_(body_most) {}

  /// 202 once all events are stored; 400, 408, 413, 415 or 503 otherwise, with nothing stored. The
  /// exchange's head has been retained.
  Task<void> post(http::Exchange& exchange);

  /// Requests answered, by status.
  const std::map<int, std::uint64_t>& answered() const noexcept { return answered_; }
  /// Requests refused for what they hold: 400, 413 and 415.
  std::uint64_t rejected() const noexcept { return rejected_; }

 private:
  struct Answer {
    int status;
    std::string_view code;  // empty: not an error
    std::string text;       // the message of an error, else the body
  };

  Task<std::optional<Answer>> take(http::Exchange& exchange);
  Result<std::string> content_of(ContentCoding coding, std::string body) const;
  Task<void> reply(http::Exchange& exchange, const Answer& answer);

  Pipeline& pipeline_;
  std::size_t body_most_;
  std::map<int, std::uint64_t> answered_;
  std::uint64_t rejected_ = 0;
};

}  // namespace llmgw::collector
