// SPDX-License-Identifier: MIT
// PURE: watches the body of one request and tells what it asks for.
#pragma once

#include <optional>
#include <string_view>

#include "common/event/metering_event.hpp"
#include "common/text/bounded_string.hpp"
#include "proxy/metering/json_patterns.hpp"
#include "proxy/metering/json_scanner.hpp"

namespace llmgw::proxy {

struct RequestFacts {
  BoundedString<max_event_text> model;  ///< top-level `model`; empty: none seen
  std::optional<bool> stream;           ///< top-level `stream`, when true or false
  bool has_stream_options = false;      ///< the key is there at top level, whatever its value
  std::optional<bool> include_usage;    ///< `stream_options.include_usage`, when true or false
};

/// Finds facts in a JSON object that passes by in any pieces; any other body (multipart, arrays)
/// yields none. Of a key given twice the first sound value counts, so that it does not matter how
/// early the scanner stops: it stops once the model is known and `stream` is false, or true with
/// `include_usage` known too. While `stream` or its options may still come, and they may come last,
/// it looks on.
class RequestScanner {
 public:
  /// `patterns`: of the requests of its thread; outlive the scanner.
  explicit RequestScanner(JsonPatterns& patterns) noexcept;

  /// Shows the next bytes of the body, framing removed, in any split.
  void observe(std::string_view body) noexcept;

  /// What was found so far.
  const RequestFacts& facts() const noexcept { return facts_; }

  /// Nothing that is still to come can change the facts.
  bool is_done() const noexcept { return is_done_; }

 private:
  void read_begin(std::string_view body);
  void read(std::string_view body);
  void note(const JsonValue& value) noexcept;
  bool knows_all() const noexcept;

  JsonPatterns& patterns_;
  JsonScanner json_;
  RequestFacts facts_;
  bool has_begun_ = false;
  bool is_done_ = false;
};

}  // namespace llmgw::proxy
