// SPDX-License-Identifier: MIT
// PURE: what one dialect tells of its requests: where they hold what metering and routing go by.
#pragma once

#include <cstdint>
#include <optional>

#include "common/event/metering_event.hpp"
#include "common/json/shape.hpp"
#include "common/text/bounded_string.hpp"

namespace llmgw::proxy {

/// What a request asks for, as far as it has come.
struct RequestFacts {
  BoundedString<max_event_text> model;  ///< empty: none seen
  std::optional<bool> stream;           ///< whether the answer is to be a stream, when that is said
  bool decides_usage = false;           ///< says something of the usage of its stream, whatever
  std::optional<bool> wants_usage;      ///< asks for it, or does not, when that is said
  bool names_several_models = false;    ///< and not the same; told only of bodies read to their end
  // Told only where the reader asks for them.
  std::optional<std::uint64_t> max_tokens = {};  ///< of one answer; the largest that is said
  std::uint64_t answers = 1;                     ///< that are asked for at once
};

/// Tags of the values that a reader's JSON description names, one for each fact.
namespace request_tag {
inline constexpr std::uint8_t model = 1;          ///< the first text that is not empty counts
inline constexpr std::uint8_t stream = 2;         ///< the first that is true or false
inline constexpr std::uint8_t decides_usage = 3;  ///< present, whatever its value
inline constexpr std::uint8_t wants_usage = 4;    ///< the first that is true or false
inline constexpr std::uint8_t max_tokens = 5;     ///< the largest count
inline constexpr std::uint8_t answers = 6;        ///< the same
}  // namespace request_tag

/// A constant for each dialect, made in provider/.
struct RequestReader {
  JsonKey body;
};

}  // namespace llmgw::proxy
