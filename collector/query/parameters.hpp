// SPDX-License-Identifier: MIT
// PURE: Parameters: the query of a target, each parameter taken by its name and all of them known.
#pragma once

#include <boost/system/result.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collector/query/model.hpp"

namespace llmgw::collector {

/// Whoever takes parameters notes the first fault; the rest is then of no account.
class Parameters {
 public:
  /// `query`: what stands behind the `?` of a target.
  explicit Parameters(std::string_view query);

  /// The one value; nothing where there is none.
  std::optional<std::string> take(std::string_view name);
  /// All values, also those that stand in one, separated by commas, with `is_split`.
  std::vector<std::string> take_all(std::string_view name, bool is_split = false);
  std::size_t take_number(std::string_view name, std::size_t fallback, std::size_t least,
                          std::size_t most);
  /// RFC 3339, or a date: its midnight in UTC. Milliseconds since 1970.
  std::optional<std::int64_t> take_time(std::string_view name);
  /// The place of the value among the words.
  std::size_t take_word(std::string_view name, std::span<const std::string_view> words,
                        std::size_t fallback);

  void fail(std::string_view name, std::string_view text);
  bool has_failed() const noexcept { return fault_.has_value(); }
  /// Once everything was taken: the first fault; a parameter that nobody took is one.
  std::optional<QueryFault> fault();

 private:
  struct Parameter {
    std::string name;
    std::string value;
    bool is_taken = false;
  };

  std::vector<Parameter> all_;
  std::optional<QueryFault> fault_;
};

/// Text out of its percent-coding; nothing where that is broken. `+` is a blank.
std::optional<std::string> decode_component(std::string_view text);

}  // namespace llmgw::collector
