// SPDX-License-Identifier: MIT
// Outgoing connections: names to addresses, addresses to connected streams.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "common/net/byte_stream.hpp"
#include "common/net/endpoint.hpp"

namespace llmgw {

/// All addresses of a host, IPv6 and IPv4 alternating in the order the system prefers (RFC 8305
/// section 4). The look-up runs on the resolver's own thread. errc::not_resolved if there is none.
Task<Result<std::vector<Endpoint>>> resolve(Loop& loop, std::string host, std::uint16_t port);

/// Something that may be told to give up: the attempt under way then fails with errc::cancelled.
class ConnectAttempt {
 public:
  /// From the loop's thread; idempotent.
  void cancel() noexcept;
  /// Extends the attempt to what is still being set up on a connected stream (TLS), until
  /// release().
  void hold(ByteStream& stream) noexcept {
    stream_ = &stream;
    if (cancelled_) stream.close();
  }
  void release() noexcept { stream_ = nullptr; }

 private:
  friend Task<Result<ByteStream::Pointer>> connect(Loop&, const std::vector<Endpoint>&,
                                                   std::chrono::milliseconds, ConnectAttempt*);
  ByteStream* stream_ = nullptr;
  bool cancelled_ = false;
};

/// Tries the addresses in order until one accepts; `limit` bounds all of it together.
/// errc::refused if all refuse, errc::timed_out if time ends first. `attempt` may be nullptr.
Task<Result<ByteStream::Pointer>> connect(Loop& loop, const std::vector<Endpoint>& endpoints,
                                          std::chrono::milliseconds limit, ConnectAttempt* attempt);

}  // namespace llmgw
