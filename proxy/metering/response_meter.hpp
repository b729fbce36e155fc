// SPDX-License-Identifier: MIT
// PURE: watches the body of one response and tells what it said of itself.
#pragma once

#include <cstdint>
#include <string_view>

#include "common/bounded_string.hpp"
#include "common/metering_event.hpp"
#include "proxy/metering/json_scanner.hpp"
#include "proxy/metering/sse_scanner.hpp"
#include "proxy/metering/usage.hpp"
#include "proxy/metering/usage_reader.hpp"

namespace llmgw::proxy {

struct ResponseFacts {
  Usage usage;                                  ///< as reported; a missing total is derived
  BoundedString<max_event_text> model;          ///< empty: none seen
  BoundedString<max_event_name> finish_reason;  ///< empty: none seen
  bool error_event = false;                     ///< an event stream said that it failed
  std::uint64_t captured_bytes = 0;             ///< of the body looked at, up to the limit
  bool capture_truncated = false;               ///< more was looked at than the limit
};

/// Lives in place with its exchange; takes memory on the heap only for a short value that lies in
/// several spans. Never fails and never holds anything up: what it does not understand stays
/// unknown.
class ResponseMeter {
 public:
  /// Begins the response; call it once. `reader` outlives the meter. Bodies are looked at when
  /// `content_type` is JSON or an event stream, or when there is none and the body begins like one;
  /// `content_encoding` must be none or identity. Both as sent. A `capture_limit` of 0 looks at no
  /// body at all; of a body that is not looked at, nothing counts as captured or cut.
  void begin(const UsageReader& reader, std::string_view content_type,
             std::string_view content_encoding, std::uint64_t capture_limit) noexcept;

  /// Shows the next bytes of the body, framing removed, in any split. Before begin(): does nothing.
  void observe(std::string_view body) noexcept;

  /// The body is over, complete or not. Call it once.
  ResponseFacts finish() noexcept;

 private:
  enum class Mode : std::uint8_t { off, sniff, json, events };

  static Mode mode_of(std::string_view content_type) noexcept;
  void scan(std::string_view body) noexcept;
  void sniff(std::string_view body) noexcept;
  void read_events(std::string_view body) noexcept;
  void note_event(const SsePiece& piece) noexcept;
  void read_json(std::string_view json) noexcept;
  void note(const JsonValue& value) noexcept;

  const UsageReader* reader_ = nullptr;
  std::uint64_t limit_ = 0;
  std::uint64_t seen_ = 0;
  JsonScanner json_;
  SseScanner events_;
  CountSlots counts_;
  BoundedString<max_event_text> model_;
  BoundedString<max_event_name> finish_reason_;
  Mode mode_ = Mode::off;
  std::uint8_t sniffed_ = 0;  // bytes of a field name that an event stream may begin with
  bool in_event_ = false;     // json_ is within the data of one
  bool failed_ = false;
};

}  // namespace llmgw::proxy
