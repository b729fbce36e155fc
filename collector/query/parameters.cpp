// SPDX-License-Identifier: MIT
// Splitting, decoding, and the few forms of values.
#include "collector/query/parameters.hpp"

#include <algorithm>

#include "common/text/quantity.hpp"
#include "common/text/timestamp.hpp"

namespace llmgw::collector {
namespace {

int digit_of(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string list_of(std::span<const std::string_view> words) {
  std::string text;
  for (const std::string_view each : words) {
    if (!text.empty()) text += ", ";
    text += each;
  }
  return text;
}

}  // namespace

std::optional<std::string> decode_component(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      out += ' ';
    } else if (text[i] != '%') {
      out += text[i];
    } else {
      if (text.size() - i < 3) return std::nullopt;
      const int high = digit_of(text[i + 1]);
      const int low = digit_of(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      out += static_cast<char>(high * 16 + low);
      i += 2;
    }
  }
  return out;
}

Parameters::Parameters(std::string_view query) {
  while (!query.empty()) {
    const std::string_view part = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(part.size() + 1, query.size()));
    if (part.empty()) continue;
    const std::size_t equals = std::min(part.find('='), part.size());
    auto name = decode_component(part.substr(0, equals));
    auto value = decode_component(part.substr(std::min(equals + 1, part.size())));
    if (!name || !value) {
      fail(part.substr(0, equals), "is not percent-coded as it should be");
      return;
    }
    all_.push_back({std::move(*name), std::move(*value)});
  }
}

std::optional<std::string> Parameters::take(std::string_view name) {
  std::optional<std::string> found;
  for (Parameter& each : all_) {
    if (each.name != name) continue;
    each.is_taken = true;
    if (found) fail(name, "may be there once");
    found = each.value;
  }
  return found;
}

std::vector<std::string> Parameters::take_all(std::string_view name, bool is_split) {
  std::vector<std::string> found;
  for (Parameter& each : all_) {
    if (each.name != name) continue;
    each.is_taken = true;
    std::string_view rest = each.value;
    for (bool is_more = true; is_more;) {
      const std::size_t end = is_split ? std::min(rest.find(','), rest.size()) : rest.size();
      found.emplace_back(rest.substr(0, end));
      is_more = end < rest.size();
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }
  constexpr std::size_t most = 100;
  if (found.size() > most) fail(name, "may have 100 values at most");
  return found;
}

std::size_t Parameters::take_number(std::string_view name, std::size_t fallback, std::size_t least,
                                    std::size_t most) {
  const auto text = take(name);
  if (!text) return fallback;
  const auto number = parse_integer(*text);
  if (number && *number >= least && *number <= most) return static_cast<std::size_t>(*number);
  fail(name, "must be an integer from " + std::to_string(least) + " to " + std::to_string(most));
  return fallback;
}

std::optional<std::int64_t> Parameters::take_time(std::string_view name) {
  const auto text = take(name);
  if (!text) return std::nullopt;
  constexpr std::size_t date_size = 10;
  const auto time =
      parse_timestamp(text->size() == date_size ? *text + "T00:00:00Z" : std::string(*text));
  if (time) return time->time_since_epoch().count();
  fail(name, "must be a time such as 2026-11-23T08:30:00Z, or a date");
  return std::nullopt;
}

std::size_t Parameters::take_word(std::string_view name, std::span<const std::string_view> words,
                                  std::size_t fallback) {
  const auto text = take(name);
  if (!text) return fallback;
  const auto found = std::find(words.begin(), words.end(), *text);
  if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
  fail(name, "must be one of " + list_of(words));
  return fallback;
}

void Parameters::fail(std::string_view name, std::string_view text) {
  if (!fault_) fault_ = QueryFault{std::string(name), std::string(text)};
}

std::optional<QueryFault> Parameters::fault() {
  for (const Parameter& each : all_)
    if (!each.is_taken) fail(each.name, "is not known here");
  return fault_;
}

}  // namespace llmgw::collector
