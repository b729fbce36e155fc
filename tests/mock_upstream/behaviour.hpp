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
  // Anthropic's
  late,        ///< of a stream: the whole prompt at first, what a cache took of it at the end
  grows,       ///< of a stream: a small input at first, the true one at the end
  iterations,  ///< with `iterations`, of which the top level has only the last
};

/// Whose answer a request with `stream_options` gets.
enum class Refusal : std::uint8_t { none, mistral, azure, openai };

/// What Anthropic's and Gemini's answers show of the reasoning before them.
enum class Thinking : std::uint8_t { none, text, empty, redacted };

/// What Gemini takes in place of a signature that was lost.
enum class StandIns : std::uint8_t { any, coded, plain, none };

enum class PlainFraming : std::uint8_t { length, chunked, close };

/// What dialects other than OpenAI's have of their own, and what came with them.
struct NativeBehaviour {
  std::string key;                        ///< the one credential that is good; empty: any
  bool check = true;                      ///< refuses what the provider would refuse
  std::optional<std::size_t> cut_events;  ///< of a stream, whatever they carry
  bool error_first = false;               ///< the stream is one error event
  std::optional<int> error;               ///< status whose kind an error event names
  std::optional<std::size_t> retry;       ///< seconds; 0: no such field
  std::chrono::milliseconds head_gap{0};  ///< between head and first event
  std::optional<std::size_t> calls;       ///< parallel calls of tools
  bool no_arguments = false;
  bool preface = false;  ///< text before the calls
  bool call_ids = true;  ///< Gemini
  bool signs = true;     ///< Gemini: calls bear signatures
  StandIns stand_ins = StandIns::any;
  Thinking thinking = Thinking::none;
  std::string finish;                      ///< the provider's own word; empty: by the answer
  bool finish_late = false;                ///< Gemini
  std::string block;                       ///< why the prompt was blocked
  std::optional<std::size_t> most_tokens;  ///< Anthropic: largest legal max_tokens
  std::optional<std::size_t> page;         ///< models on one page of a list
};

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
  std::optional<std::size_t> results;  ///< of tools in one turn, before the answer
  bool json = false;
  std::optional<std::size_t> number;
  std::optional<std::string> raw;
  bool hang = false;
  bool early = false;
  int informational = 0;
  std::string gate;
  Refusal refuse = Refusal::none;
  NativeBehaviour native;
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
/// Of those options that are about other dialects than OpenAI's.
std::span<const OptionHelp> native_behaviour_help() noexcept;

}  // namespace llmgw::mock
