// SPDX-License-Identifier: MIT
// Each event is held against each viewer's filter.
#include "collector/query/live_tap.hpp"

#include <algorithm>

namespace llmgw::collector {
namespace {

bool is_one_of(std::string_view value, const std::vector<std::string>& texts) noexcept {
  return std::any_of(texts.begin(), texts.end(), [value](const std::string& each) {
    return value.substr(0, longest_word) == std::string_view(each).substr(0, longest_word);
  });
}

bool is_class_of(std::int64_t status, const std::vector<std::string>& classes) noexcept {
  const char digit = static_cast<char>('0' + status / 100);
  return std::any_of(classes.begin(), classes.end(), [digit](const std::string& each) {
    return each == "none" ? digit == '0' : each.front() == digit;
  });
}

bool is_error(const EventRow& row) noexcept {
  return row[Column::outcome].text != name(Outcome::completed) ||
         row.number(Column::status_code) >= 400;
}

std::uint64_t count(const EventRow& row, Column column) noexcept {
  return static_cast<std::uint64_t>(row.number(column));
}

// One line of a stream of events; a carriage return can only stand between members.
std::string shown_text(std::string_view line) {
  while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
  std::string text(line);
  std::replace(text.begin(), text.end(), '\r', ' ');
  return text;
}

}  // namespace

bool matches(const Filter& filter, const EventRow& row) {
  if (filter.visible_tenants && !is_one_of(row[Column::tenant].text, *filter.visible_tenants))
    return false;
  for (std::size_t i = 0; i < dimension_count; ++i) {
    const auto dimension = static_cast<Dimension>(i);
    const auto& wanted = filter.values[i];
    if (wanted.empty()) continue;
    const bool fits = dimension == Dimension::status_class
                          ? is_class_of(row.number(Column::status_code), wanted)
                          : is_one_of(row[column_of(dimension)].text, wanted);
    if (!fits) return false;
  }
  return true;
}

void LiveSums::add(const EventRow& row) noexcept {
  ++requests;
  errors += is_error(row) ? 1 : 0;
  prompt_tokens += count(row, Column::prompt_tokens);
  completion_tokens += count(row, Column::completion_tokens);
  cost_nano_usd += count(row, Column::cost_nano_usd);
  unpriced += row[Column::cost_nano_usd].is_there ? 0 : 1;
}

void LiveSums::add(const LiveSums& more) noexcept {
  requests += more.requests;
  errors += more.errors;
  prompt_tokens += more.prompt_tokens;
  completion_tokens += more.completion_tokens;
  cost_nano_usd += more.cost_nano_usd;
  unpriced += more.unpriced;
}

void LiveTap::show(const EventRow& row, std::string_view line) {
  for (Share& each : shares_) {
    if (!matches(*each.filter, row)) continue;
    each.sums.add(row);
    if (each.room == 0 || line.size() > longest) {
      ++each.skipped;
      continue;
    }
    --each.room;
    each.lines.push_back(shown_text(line));
  }
}

}  // namespace llmgw::collector
