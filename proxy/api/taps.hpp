// SPDX-License-Identifier: MIT
// PURE: what looks at the bodies of one exchange on their way.
#pragma once

#include "proxy/api/call.hpp"
#include "proxy/metering/request_scanner.hpp"
#include "proxy/metering/response_meter.hpp"
#include "proxy/upstream/reframe.hpp"

namespace llmgw::proxy {

/// Finds out what the client asked for.
class RequestTap final : public Tap {
 public:
  explicit RequestTap(bool looks) noexcept : looks_(looks) {}
  void observe(std::string_view payload) noexcept override {
    if (looks_) scanner_.observe(payload);
  }
  const RequestFacts& facts() const noexcept { return scanner_.facts(); }

 private:
  RequestScanner scanner_;
  bool looks_;
};

/// Finds the usage in the answer, and the moment of its first byte.
class ResponseTap final : public Tap {
 public:
  explicit ResponseTap(Call& call) noexcept : call_(call) {}
  void begin(const UsageReader& reader, std::string_view content_type,
             std::string_view content_encoding, std::uint64_t capture) noexcept {
    meter_.begin(reader, content_type, content_encoding, capture);
  }
  void observe(std::string_view payload) noexcept override {
    if (bytes_ == 0) call_.note_first_byte(Call::Clock::now());
    bytes_ += payload.size();
    meter_.observe(payload);
  }
  std::uint64_t bytes() const noexcept { return bytes_; }
  ResponseFacts finish() noexcept { return meter_.finish(); }

 private:
  Call& call_;
  ResponseMeter meter_;
  std::uint64_t bytes_ = 0;
};

}  // namespace llmgw::proxy
