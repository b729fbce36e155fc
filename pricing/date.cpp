// SPDX-License-Identifier: MIT
// Reading and spelling days.
#include "pricing/date.hpp"

#include "common/text/timestamp.hpp"

namespace llmgw::pricing {
namespace {

constexpr std::size_t size = 10;  // of `2026-10-01`

bool is_day(std::string_view text) { return parse_day(text).has_value(); }

}  // namespace

std::optional<Day> parse_day(std::string_view text) {
  if (text.size() != size) return std::nullopt;
  const auto instant = parse_timestamp(std::string(text) + "T00:00:00Z");
  if (!instant) return std::nullopt;
  return std::chrono::floor<std::chrono::days>(*instant);
}

std::string format_day(Day day) {
  char text[timestamp_size];
  write_timestamp(day, text);
  return std::string(text, size);
}

constinit const TextForm day_form{"a day such as 2026-10-01", "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
                                  is_day};

}  // namespace llmgw::pricing
