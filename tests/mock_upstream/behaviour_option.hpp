// SPDX-License-Identifier: MIT
// PURE: one option of a behaviour, and reading its value. For the tables of options alone.
#pragma once

#include <algorithm>
#include <array>
#include <span>

#include "common/text/quantity.hpp"
#include "tests/mock_upstream/behaviour.hpp"

namespace llmgw::mock {

using Text = std::string_view;
struct Option {
  OptionHelp help;
  bool (*apply)(Text value, Behaviour& behaviour);

  Text name() const { return help.form.substr(0, help.form.find('=')); }
};

/// Those about other dialects than OpenAI's.
std::span<const Option> native_options() noexcept;

inline const Option* find_option(std::span<const Option> options, std::string_view name) {
  const auto found = std::find_if(options.begin(), options.end(),
                                  [name](const Option& each) { return each.name() == name; });
  return found == options.end() ? nullptr : &*found;
}

template <std::size_t count>
constexpr std::array<OptionHelp, count> help_of(const Option (&options)[count]) {
  std::array<OptionHelp, count> lines{};
  std::transform(std::begin(options), std::end(options), lines.begin(),
                 [](const Option& each) { return each.help; });
  return lines;
}

// read(TEXT, INTO): false if the text is no value of that kind.

inline bool read(std::string_view text, std::size_t& into) {
  const auto value = parse_integer(text);
  if (value) into = static_cast<std::size_t>(*value);
  return value.has_value();
}

inline bool read(std::string_view text, std::optional<std::size_t>& into) {
  return read(text, into.emplace());
}

inline bool read(std::string_view text, Behaviour::Pause& into) {
  std::size_t count = 0;
  const bool good = read(text, count) && count <= 3'600'000;
  if (good) into = Behaviour::Pause(count);
  return good;
}

inline bool read(std::string_view text, unsigned& into) {
  std::size_t count = 0;
  const bool good = read(text, count) && count <= 1'000'000;
  into = static_cast<unsigned>(count);
  return good;
}

inline bool read(std::string_view text, bool& into) {
  into = text == "1";
  return into || text == "0";
}

inline bool read_status(std::string_view text, int& into, std::size_t least, std::size_t most) {
  std::size_t status = 0;
  const bool good = read(text, status) && status >= least && status <= most;
  into = good ? static_cast<int>(status) : into;
  return good;
}

template <class Enum>
struct Name {
  std::string_view name;
  Enum value;
};

template <class Enum, std::size_t count>
inline bool read_name(std::string_view text, Enum& into, const Name<Enum> (&names)[count]) {
  const auto* found = std::find_if(std::begin(names), std::end(names),
                                   [text](const Name<Enum>& each) { return each.name == text; });
  if (found == std::end(names)) return false;
  into = found->value;
  return true;
}

}  // namespace llmgw::mock
