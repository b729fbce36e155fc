// SPDX-License-Identifier: MIT
// HeldAnswer: an error that is looked at before it is passed on.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "common/async/task.hpp"
#include "common/net/byte_stream.hpp"
#include "proxy/http/head.hpp"

namespace llmgw::proxy {

/// Copies of what has come of it, as looking takes suspensions.
class HeldAnswer {
 public:
  /// `head`: its bytes. `rest`: what came behind them.
  HeldAnswer(std::string_view head, std::string_view rest) : head_(head), rest_(rest) {}

  /// Reads on as far as an error is worth reading, and returns what it says, without framing and
  /// coding; nothing where the coding is not known. `head`: of this answer; looked at before the
  /// first suspension only. A stream that ends or falls silent ends the text: whoever passes the
  /// answer on will come upon the same.
  Task<std::string> read_text(ByteStream& upstream, const http::ResponseHead& head,
                              std::chrono::milliseconds silence);

  std::string_view head() const noexcept { return head_; }
  /// All that has been read of its body, as received.
  std::string_view rest() const noexcept { return rest_; }
  /// Its connection may carry another request: nothing of the answer is outstanding.
  bool is_whole() const noexcept { return is_whole_; }

 private:
  std::string head_;
  std::string rest_;
  bool is_whole_ = false;
};

}  // namespace llmgw::proxy
