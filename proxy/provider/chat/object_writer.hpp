// SPDX-License-Identifier: MIT
// PURE: writes a JSON object member by member.
#pragma once

#include <string>
#include <string_view>

namespace llmgw::proxy::chat {

/// Opens an object at the end of a text, which outlives this, and closes it on end(). Values are
/// appended to what key() returns before the next call.
class ObjectWriter {
 public:
  explicit ObjectWriter(std::string& out) : out_(out) { out_ += '{'; }

  /// `name` needs no escapes, or has them.
  std::string& key(std::string_view name) {
    if (!is_empty_) out_ += ',';
    is_empty_ = false;
    out_.append("\"").append(name).append("\":");
    return out_;
  }
  /// A value as it is written.
  void raw(std::string_view name, std::string_view value) { key(name) += value; }
  /// A string by what stands between its quotes.
  void text(std::string_view name, std::string_view inside) {
    key(name).append("\"").append(inside).append("\"");
  }
  void end() { out_ += '}'; }
  bool is_empty() const noexcept { return is_empty_; }

 private:
  std::string& out_;
  bool is_empty_ = true;
};

}  // namespace llmgw::proxy::chat
