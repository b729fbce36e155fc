// SPDX-License-Identifier: MIT
// PURE: what one dialect tells the meter: where its replies hold the facts, and how its counts are
// meant.
#pragma once

#include <cstdint>
#include <string_view>

#include "common/json/shape.hpp"
#include "proxy/metering/usage.hpp"

namespace llmgw::proxy {

/// Tags of the values that a reader's JSON description names.
namespace reply_tag {
inline constexpr std::uint8_t model = 1;          ///< the first that is not empty counts
inline constexpr std::uint8_t finish_reason = 2;  ///< the last that is not empty counts
inline constexpr std::uint8_t error = 3;  ///< in an event: present and not empty, the stream failed
inline constexpr std::uint8_t event_name = 4;  ///< where events repeat their name
inline constexpr std::uint8_t text = 5;  ///< in an event: a piece of what the model wrote, measured
inline constexpr std::uint8_t service_tier = 6;  ///< the first that is not empty counts
/// Of an object or array: with its begin, what was added up so far is forgotten.
inline constexpr std::uint8_t new_sums = 7;
inline constexpr std::uint8_t first_count = 8;
inline constexpr std::uint8_t first_lesser_count = first_count + CountSlots::size;
inline constexpr std::uint8_t first_part = first_lesser_count + CountSlots::size;

constexpr std::uint8_t count(std::size_t slot) noexcept {
  return static_cast<std::uint8_t>(first_count + slot);
}
/// For the same slot: counts only where the reply has none of the others at any place.
constexpr std::uint8_t lesser_count(std::size_t slot) noexcept {
  return static_cast<std::uint8_t>(first_lesser_count + slot);
}
/// For a slot from UsageReader::first_sum on: is added to what the slot holds.
constexpr std::uint8_t part(std::size_t slot) noexcept {
  return static_cast<std::uint8_t>(first_part + slot);
}
}  // namespace reply_tag

/// A constant for each dialect, made in provider/; whoever meters holds a pointer to it.
struct UsageReader {
  /// One reply, or the data of one event.
  JsonKey reply;
  /// What the counts found amount to.
  Usage (*usage)(const CountSlots& found) noexcept;
  /// Whether an event of that name says that the stream failed.
  bool (*tells_failure)(std::string_view event_name) noexcept;
  /// Whether what an event of that name holds as text is text, and not sound or the like.
  bool (*holds_text)(std::string_view event_name) noexcept;
  /// The slots from this one on hold sums.
  std::size_t first_sum = CountSlots::size;
  /// A body may be an array of replies: a stream without the form of one.
  bool has_lists = false;
};

}  // namespace llmgw::proxy
