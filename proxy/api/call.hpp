// SPDX-License-Identifier: MIT
// PURE: what is known of one exchange; yields its metering event exactly once.
#pragma once

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "common/event/ids.hpp"
#include "common/event/metering_event.hpp"
#include "proxy/http/head.hpp"
#include "proxy/metering/response_meter.hpp"

namespace llmgw::proxy {

/// Fingerprint of a credential, as text; empty for none.
using Fingerprint = std::string_view (*)(std::string_view credential);

/// Facts gathered while an exchange runs. Everything taken from the request's head is copied,
/// because the head's bytes are gone at the first suspension.
class Call {
 public:
  using Clock = std::chrono::steady_clock;

  /// `fallback_id`: the request id if the client gave no valid one of its own.
  Call(const http::RequestHead& head, const IdText& fallback_id, Fingerprint fingerprint,
       Clock::time_point begun_at);

  std::string_view request_id() const noexcept { return slice(request_id_); }
  std::string_view tenant() const noexcept { return slice(tenant_); }
  std::string_view endpoint() const noexcept { return slice(endpoint_); }
  std::string_view upstream_request_id() const noexcept { return slice(upstream_request_id_); }

  /// Whose the request is by its key, whatever its head says of that. `key_id` outlives this call
  /// and its event.
  void note_caller(std::string_view tenant, std::string_view key_id);
  /// The head of the upstream's final answer.
  void note_response(int status, std::string_view upstream_request_id);
  /// What the client was or is being sent as status.
  void note_status(int status) noexcept { status_ = status; }
  /// A first body byte from the upstream; later calls change nothing.
  void note_first_byte(Clock::time_point now) noexcept {
    if (!first_byte_) first_byte_ = now;
  }
  void note_stream(bool stream) noexcept { stream_ = stream; }
  void note_request_bytes(std::uint64_t count) noexcept { request_bytes_ = count; }
  void note_response_bytes(std::uint64_t count) noexcept { response_bytes_ = count; }

  int status() const noexcept { return status_; }
  Clock::time_point begun_at() const noexcept { return begun_at_; }
  std::optional<std::chrono::nanoseconds> ttft() const noexcept;

  /// The event; its views are good as long as this call, `facts`, `request_model` and `event_id`.
  /// Called once.
  MeteringEvent finish(Outcome outcome, Clock::time_point now,
                       std::chrono::system_clock::time_point wall_clock, std::string_view provider,
                       std::string_view request_model, const ResponseFacts& facts,
                       const IdText& event_id) noexcept;

 private:
  struct Slice {
    std::uint16_t from = 0;
    std::uint16_t size = 0;
  };
  Slice keep(std::string_view text, std::size_t most);
  std::string_view slice(Slice at) const noexcept {
    return std::string_view(texts_).substr(at.from, at.size);
  }

  std::string texts_;  // all texts, one allocation
  std::string_view key_id_;
  Slice request_id_, tenant_, app_key_, endpoint_, upstream_request_id_;
  Clock::time_point begun_at_;
  std::optional<Clock::time_point> first_byte_;
  std::uint64_t request_bytes_ = 0;
  std::uint64_t response_bytes_ = 0;
  int status_ = 0;
  bool stream_ = false;
  bool finished_ = false;
};

}  // namespace llmgw::proxy
