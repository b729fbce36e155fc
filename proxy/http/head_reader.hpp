// SPDX-License-Identifier: MIT
// Collects the bytes of one message head from a stream, within its limits.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "common/net/byte_stream.hpp"
#include "proxy/http/head.hpp"

namespace llmgw::http {

/// The bytes of a head and what arrived behind it; good until the next suspension of the coroutine
/// that asked.
struct HeadBytes {
  std::string_view head;
  std::string_view rest;
};

/// Reads heads one after the other from one connection. Holds memory only while a head is
/// incomplete.
class HeadReader {
 public:
  /// Waits `first_byte` for the head to begin and `whole` for its end; zero leaves the stream's
  /// deadline as it is. errc::connection_closed if the peer closed before the first byte;
  /// afterwards the same end is errc::malformed_message.
  Task<Result<HeadBytes>> read(ByteStream& stream, std::chrono::milliseconds first_byte,
                               std::chrono::milliseconds whole);
  /// Whether some bytes of a head had arrived when read() failed.
  bool has_begun() const noexcept { return begun_; }
  /// When the first bytes of the last head were read.
  Deadline::Clock::time_point begun_at() const noexcept { return begun_at_; }

 private:
  std::string gathered_;
  bool begun_ = false;
  Deadline::Clock::time_point begun_at_;
};

}  // namespace llmgw::http
