// SPDX-License-Identifier: MIT
// PURE: the options of a command: names with values, and names alone.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace llmgw::collector {

/// Takes what is asked for; what is left then is a fault, told by fault().
class Options {
 public:
  explicit Options(std::span<const char* const> arguments);

  /// Whether `--name` is there.
  bool take_flag(std::string_view name);
  /// The values of `--name VALUE` and `--name=VALUE`, in their order.
  std::vector<std::string> take_all(std::string_view name);
  /// The one value; nothing where it is not there. Two are a fault.
  std::optional<std::string> take(std::string_view name);
  /// An instant, in milliseconds since 1970: `2026-11-23`, its beginning in UTC, or
  /// `2026-11-23T08:30:00Z`.
  std::optional<std::int64_t> take_time(std::string_view name);
  /// A day in UTC, counted since 1970: `2026-11-23`.
  std::optional<std::int64_t> take_day(std::string_view name);
  /// One of some words.
  std::string take_word(std::string_view name, std::span<const std::string_view> words,
                        std::string_view fallback);

  /// Notes what is wrong with an option; the first of them counts.
  void fail(std::string text);
  /// What is wrong, if anything; asked once all was taken.
  std::optional<std::string> fault();

 private:
  std::vector<std::string> rest_;
  std::optional<std::string> fault_;
};

}  // namespace llmgw::collector
