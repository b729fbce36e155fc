// SPDX-License-Identifier: MIT
// LimitError: what a client is told when a limit refuses its request.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "proxy/api/error_reply.hpp"
#include "quota/rate_fields.hpp"
#include "quota/reservation.hpp"

namespace llmgw::proxy {

/// Holds its texts; lives with its exchange.
class LimitError {
 public:
  /// `model`: that was asked for; of what is not priced.
  LimitError(const quota::Refusal& refusal, std::string_view tenant, std::string_view model);
  LimitError(const LimitError&) = delete;
  LimitError& operator=(const LimitError&) = delete;

  const GatewayError& error() const noexcept { return error_; }
  /// For which asking again is of no use; nothing where it always is, or nobody knows.
  std::optional<std::chrono::nanoseconds> wait() const noexcept { return wait_; }
  /// The field that says the same more exactly.
  void append_fields(std::vector<http::OutField>& fields) const;

 private:
  std::string message_;
  std::string milliseconds_;
  std::optional<std::chrono::nanoseconds> wait_;
  GatewayError error_;
};

}  // namespace llmgw::proxy
