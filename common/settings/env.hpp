// SPDX-License-Identifier: MIT
// A source of environment variables: the process's own, or a map in tests. The only place that
// calls getenv.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace llmgw {

/// Looks variables up by name. Copyable; const calls are safe from any thread as long as nobody
/// calls setenv.
class Environment {
 public:
  using Map = std::map<std::string, std::string, std::less<>>;

  /// The variables of this process, read at each lookup.
  static Environment of_process() { return Environment(); }

  explicit Environment(Map variables) : variables_(std::move(variables)) {}

  /// The value of a variable. One that is set but empty counts as unset, as compose files and
  /// charts pass empty strings for what the user left out.
  std::optional<std::string> find(std::string_view name) const;

 private:
  Environment() = default;

  std::optional<Map> variables_;  // nothing: the process environment
};

}  // namespace llmgw
