// SPDX-License-Identifier: MIT
// PURE: reads settings from an environment by a table of variables, and gathers every fault it
// meets.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/system/result.hpp>

#include "common/settings/env.hpp"
#include "common/settings/http_url.hpp"
#include "common/settings/listen_address.hpp"

namespace llmgw {

/// One row of a daemon's table of settings: --help, the README and the defaults all come from it.
struct Variable {
  std::string_view name;
  std::string_view value;       ///< the default as one would set it; empty: none
  std::string_view meaning;     ///< one line
  std::string_view shown = {};  ///< what the default column says where `value` is empty
  std::string_view group = {};  ///< heading of the group that begins with this row

  constexpr std::string_view shown_default() const { return value.empty() ? shown : value; }
};

/// One setting as it is in effect, secrets masked; empty: not set.
struct EffectiveSetting {
  std::string_view name;
  std::string value;
};

/// `NAME=value\n` for each.
std::string to_text(std::span<const EffectiveSetting> settings);

/// Everything wrong with the settings, one line each: variable, value (never a secret's), what is
/// accepted.
struct Faults {
  std::vector<std::string> lines;
};

/// A value, or all the faults that prevented it.
template <class T>
using Checked = boost::system::result<T, Faults>;

/// What result::value() throws where the faults were not looked at first.
[[noreturn]] void throw_exception_from_error(const Faults& faults, const boost::source_location&);

/// Each call reads one variable of the table, falls back on its default, and on a bad value notes a
/// fault and returns a placeholder; so every variable is read, and all faults are reported
/// together. A name that the table does not hold is a mistake in this program: std::logic_error.
class Settings {
 public:
  using Duration = std::chrono::nanoseconds;

  /// Both arguments must outlive the reader.
  Settings(const Environment& environment, std::span<const Variable> table)
      : environment_(environment), table_(table) {}

  /// The variable's text or its default; nothing where neither is there.
  std::optional<std::string> text(std::string_view name) const;

  Duration duration(std::string_view name, Duration least, Duration most);
  std::uint64_t size(std::string_view name, std::uint64_t least, std::uint64_t most);
  /// `fallback` stands in where the table has no default.
  std::uint64_t integer(std::string_view name, std::uint64_t least, std::uint64_t most,
                        std::uint64_t fallback = 0);
  ListenAddress listen_address(std::string_view name);
  /// As above, or nothing where the value is `off`.
  std::optional<ListenAddress> listen_address_or_off(std::string_view name);
  /// Nothing where the variable is unset and has no default.
  std::optional<HttpUrl> http_url(std::string_view name);

  /// One of several words: `choice<Sync>("EVENT_LOG_SYNC", {{{"none", Sync::none}, ...}})`.
  template <class T, std::size_t N>
  T choice(std::string_view name, const std::array<std::pair<std::string_view, T>, N>& options) {
    std::array<std::string_view, N> words;
    for (std::size_t i = 0; i < N; ++i) words[i] = options[i].first;
    return options[index_of(name, words)].second;
  }

  /// Notes `NAME="value": reason`; line breaks in the value are escaped, long ones cut.
  void fault(std::string_view name, std::string_view value, std::string_view reason);
  /// Notes `NAME: reason`, for what is missing or must not be shown.
  void fault(std::string_view name, std::string_view reason);

  /// The faults so far, in the order of reading; empties the reader.
  Faults take_faults() { return std::exchange(faults_, {}); }

 private:
  std::size_t index_of(std::string_view name, std::span<const std::string_view> words);

  const Environment& environment_;
  std::span<const Variable> table_;
  Faults faults_;
};

}  // namespace llmgw
