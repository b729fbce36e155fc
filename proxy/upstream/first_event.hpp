// SPDX-License-Identifier: MIT
// PURE: what the first event of a stream is: the begin of an answer, or an error.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "proxy/metering/sse_scanner.hpp"

namespace llmgw::proxy {

/// Is shown the payload of a stream until it knows. Comments and events named `ping` say nothing.
class FirstEvent {
 public:
  enum class Kind : std::uint8_t { none, output, error };

  /// The next bytes, in any split.
  Kind observe(std::string_view payload);
  Kind kind() const noexcept { return kind_; }

 private:
  Kind judge(std::string_view data);

  SseScanner events_;
  std::string data_;  // of the first event, as far as it came in pieces
  bool is_ping_ = false;
  bool is_error_ = false;
  Kind kind_ = Kind::none;
};

}  // namespace llmgw::proxy
