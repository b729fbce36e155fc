// SPDX-License-Identifier: MIT
// PURE: what a provider would find wrong with a request; the first fault is the one it names.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace llmgw::mock {

class Complaint {
 public:
  /// Notes the fault unless there is one already. `field`: where it is, in the provider's spelling.
  void add(std::string_view field, std::string message) {
    if (has_fault()) return;
    field_ = field;
    message_ = std::move(message);
  }
  /// Notes the fault if `wrong`; true then, so that a check can end there.
  bool add_if(bool wrong, std::string_view field, std::string message) {
    if (wrong) add(field, std::move(message));
    return wrong;
  }

  bool has_fault() const noexcept { return !message_.empty(); }
  const std::string& field() const noexcept { return field_; }
  const std::string& message() const noexcept { return message_; }

 private:
  std::string field_;
  std::string message_;
};

/// The place of an element or a member below `path`.
inline std::string below(std::string_view path, std::string_view name) {
  return path.empty() ? std::string(name) : std::string(path).append(".").append(name);
}

}  // namespace llmgw::mock
