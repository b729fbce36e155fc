// SPDX-License-Identifier: MIT
// Taken out of the list one after the other.
#include "collector/command/options.hpp"

#include <algorithm>

#include "common/text/timestamp.hpp"
#include "pricing/date.hpp"

namespace llmgw::collector {

Options::Options(std::span<const char* const> arguments)
    : rest_(arguments.begin(), arguments.end()) {}

bool Options::take_flag(std::string_view name) {
  const auto found = std::find(rest_.begin(), rest_.end(), name);
  if (found == rest_.end()) return false;
  rest_.erase(found);
  return true;
}

std::vector<std::string> Options::take_all(std::string_view name) {
  std::vector<std::string> values;
  const std::string with_equals = std::string(name) + "=";
  for (auto each = rest_.begin(); each != rest_.end();) {
    if (each->starts_with(with_equals)) {
      values.push_back(each->substr(with_equals.size()));
      each = rest_.erase(each);
    } else if (*each == name && each + 1 == rest_.end()) {
      fail(std::string(name) + " needs a value");
      each = rest_.erase(each);
    } else if (*each == name) {
      values.push_back(*(each + 1));
      each = rest_.erase(each, each + 2);
    } else {
      ++each;
    }
  }
  return values;
}

std::optional<std::string> Options::take(std::string_view name) {
  const auto values = take_all(name);
  if (values.size() > 1) fail(std::string(name) + " may be there once");
  if (values.empty()) return std::nullopt;
  return values.front();
}

std::optional<std::int64_t> Options::take_time(std::string_view name) {
  const auto text = take(name);
  if (!text) return std::nullopt;
  constexpr std::size_t date_size = 10;
  const auto time = parse_timestamp(text->size() == date_size ? *text + "T00:00:00Z" : *text);
  if (time) return time->time_since_epoch().count();
  fail(std::string(name) + " must be a date such as 2026-11-23, or a time such as " +
       "2026-11-23T08:30:00Z");
  return std::nullopt;
}

std::optional<std::int64_t> Options::take_day(std::string_view name) {
  const auto text = take(name);
  if (!text) return std::nullopt;
  const auto day = pricing::parse_day(*text);
  if (day) return day->time_since_epoch().count();
  fail(std::string(name) + " must be a date such as 2026-11-23");
  return std::nullopt;
}

std::string Options::take_word(std::string_view name, std::span<const std::string_view> words,
                               std::string_view fallback) {
  const auto text = take(name);
  if (!text) return std::string(fallback);
  if (std::find(words.begin(), words.end(), *text) != words.end()) return *text;
  std::string accepted;
  for (const std::string_view each : words)
    accepted.append(accepted.empty() ? "" : ", ").append(each);
  fail(std::string(name) + " must be one of " + accepted);
  return std::string(fallback);
}

void Options::fail(std::string text) {
  if (!fault_) fault_ = std::move(text);
}

std::optional<std::string> Options::fault() {
  if (!rest_.empty()) fail("unknown: " + rest_.front());
  return fault_;
}

}  // namespace llmgw::collector
