// SPDX-License-Identifier: MIT
// PURE: watches the body of one request and tells what it asks for.
#pragma once

#include <string_view>

#include "common/json/patterns.hpp"
#include "common/json/scanner.hpp"
#include "proxy/metering/request_reader.hpp"

namespace llmgw::proxy {

/// Finds facts in a JSON object that passes by in any pieces; any other body (multipart, arrays)
/// yields none. Of a key given twice the first sound value counts, so that it does not matter how
/// early the scanner stops: it stops once the model is known and that no stream is wanted, or
/// that one is with its usage, or without. While that may still come, and it may come last, it
/// looks on.
class RequestScanner {
 public:
  /// `patterns`: of the requests of its thread. Both outlive the scanner. `reads_all`: to the end
  /// of the body, whatever is known.
  RequestScanner(JsonPatterns& patterns, const RequestReader& reader,
                 bool reads_all = false) noexcept;

  /// Shows the next bytes of the body, framing removed, in any split.
  void observe(std::string_view body) noexcept;

  /// The model is known by other means than by the members of the body, and that counts.
  void note_model(std::string_view model) noexcept { facts_.model.assign(model); }

  /// What was found so far.
  const RequestFacts& facts() const noexcept { return facts_; }

  /// Nothing that is still to come can change the facts.
  bool is_done() const noexcept { return is_done_; }

 private:
  void read_begin(std::string_view body);
  void read(std::string_view body);
  void note(const JsonValue& value) noexcept;
  void note_model(const JsonValue& value) noexcept;
  bool knows_all() const noexcept;

  JsonPatterns& patterns_;
  const RequestReader& reader_;
  JsonScanner json_;
  RequestFacts facts_;
  const bool reads_all_;
  bool has_begun_ = false;
  bool is_done_ = false;
};

}  // namespace llmgw::proxy
