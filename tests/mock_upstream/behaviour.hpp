// SPDX-License-Identifier: MIT
// PURE: what a test asks of one answer, spelt `name=value,name=value`.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "common/settings/settings.hpp"

namespace llmgw::mock {

/// Where an answer's usage numbers are.
enum class UsagePlace : std::uint8_t {
  as_asked,  ///< top level; of a stream only where stream_options.include_usage asks for it
  top,       ///< top level; of a stream in a chunk of its own
  null,      ///< `"usage":null` and no numbers
  none,      ///< nowhere
  choices,   ///< of a stream: in the finish chunk, beside its choices
  first,     ///< of a stream: in the first chunk; else the first key of the answer
  details,   ///< as top, with the objects that break the numbers down
  x_groq,    ///< in `x_groq.usage`, of a stream in the finish chunk
};

/// Whose answer a request with `stream_options` gets.
enum class Refusal : std::uint8_t { none, mistral, azure, openai };

enum class PlainFraming : std::uint8_t { length, chunked, close };

/// One answer's behaviour. The default is a good answer at once.
struct Behaviour {
  using Pause = std::chrono::milliseconds;

  int status = 200;
  unsigned fail_first = 0;
  std::string key;
  std::optional<std::size_t> chunks;
  std::optional<std::size_t> size;
  Pause pace{0};
  Pause delay{0};
  Pause gap{0};
  UsagePlace usage = UsagePlace::as_asked;
  std::optional<std::size_t> cut;
  bool cut_head = false;
  PlainFraming framing = PlainFraming::length;
  bool trailers = false;
  std::optional<std::size_t> error_after;
  bool tools = false;
  bool json = false;
  std::optional<std::size_t> number;
  std::optional<std::string> raw;
  bool hang = false;
  bool early = false;
  int informational = 0;
  std::string gate;
  Refusal refuse = Refusal::none;
};

/// Reads a list of options. The faults are one line each, for the answer to a test that misspelt
/// one.
Checked<Behaviour> parse_behaviour(std::string_view text);

/// One option as --help shows it.
struct OptionHelp {
  std::string_view form;
  std::string_view meaning;
};
std::span<const OptionHelp> behaviour_help() noexcept;

}  // namespace llmgw::mock
