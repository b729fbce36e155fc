// SPDX-License-Identifier: MIT
// PURE: the field lines of a parsed head on their way into another one.
#pragma once

#include <string>
#include <string_view>

#include "proxy/http/head.hpp"
#include "proxy/http/hop_by_hop.hpp"

namespace llmgw::http {

/// Copies lines that stand one behind the other in the parsed head at once: most leave as they
/// came, and to begin a copy costs more than the few bytes of a line. Used up by flush().
class FieldLines {
 public:
  explicit FieldLines(std::string& out) noexcept : out_(out) {}

  /// Appends the field's line. The bytes that it was parsed from last until flush().
  void pass(const Field& field) {
    if (!field.is_plain_line) return append_field(out(), field.name, field.value);
    const std::string_view line = field.plain_line();
    if (line.data() != run_end_) {
      flush();
      run_ = line.data();
    }
    run_end_ = line.data() + line.size();
  }

  /// Where what is no such line goes; all before it is there.
  std::string& out() {
    flush();
    return out_;
  }

  void flush() {
    if (run_ != run_end_) out_.append(run_, run_end_);
    run_ = run_end_ = nullptr;
  }

 private:
  std::string& out_;
  const char* run_ = nullptr;  // lines that are not appended yet
  const char* run_end_ = nullptr;
};

}  // namespace llmgw::http
