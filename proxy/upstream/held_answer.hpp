// SPDX-License-Identifier: MIT
// HeldAnswer: an answer that is looked at before it is passed on.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "common/async/task.hpp"
#include "common/net/byte_stream.hpp"
#include "proxy/http/head.hpp"
#include "proxy/upstream/first_event.hpp"

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

  /// Of a stream of events: reads on until the first that says something, for `limit` and 64 KB at
  /// most. Kind::none where that did not come; then fault() and is_complete() tell why.
  Task<FirstEvent::Kind> read_first_event(ByteStream& upstream, const http::ResponseHead& head,
                                          std::chrono::milliseconds limit);
  /// What ended the reading before that; timed_out: it took too long.
  errc fault() const noexcept { return fault_; }

  /// What has been read of its body, without framing.
  std::string payload(http::Framing framing) const;
  static constexpr std::size_t most_held = 64 * 1024;  ///< of a stream, before its first event

  std::string_view head() const noexcept { return head_; }
  /// All that has been read of its body, as received.
  std::string_view rest() const noexcept { return rest_; }
  /// Its connection may carry another request: nothing of the answer is outstanding.
  bool is_whole() const noexcept { return is_whole_; }
  /// All of the body has come, so that it can be passed on later.
  bool is_complete() const noexcept { return is_complete_; }

 private:
  std::string head_;
  std::string rest_;
  bool is_whole_ = false;
  bool is_complete_ = false;
  errc fault_ = errc::ok;
};

}  // namespace llmgw::proxy
