// SPDX-License-Identifier: MIT
// Member by member into the cells; what does not fit goes to the rest.
#include "collector/store/event_row.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "common/json/escape.hpp"
#include "common/json/reader.hpp"
#include "common/json/scalar.hpp"
#include "common/text/timestamp.hpp"

namespace llmgw::collector {
namespace {

// `from` first, for members come in the table's order.
std::size_t index_of(std::string_view name, std::size_t from) noexcept {
  for (std::size_t i = 0; i < column_count; ++i) {
    const std::size_t index = (from + i) % column_count;
    if (stored_fields[index].field == name) return index;
  }
  return column_count;
}

// False: the column cannot hold it as it is.
bool take_count(std::string_view raw, Cell& cell) noexcept {
  std::int64_t count = 0;
  const auto [end, fault] = std::from_chars(raw.data(), raw.data() + raw.size(), count);
  if (fault != std::errc() || end != raw.data() + raw.size() || count < 0 || count > most_count)
    return false;
  cell = {true, count, {}};
  return true;
}

// `812.4` to 812400. What is finer than a microsecond is rounded, and what is written with an
// exponent read the long way.
bool take_milliseconds(std::string_view raw, Cell& cell) noexcept {
  constexpr std::size_t most_digits = 12;
  const std::size_t point = std::min(raw.find('.'), raw.size());
  std::string_view fraction = raw.substr(std::min(point + 1, raw.size()));
  while (fraction.ends_with('0')) fraction.remove_suffix(1);
  std::int64_t micros = 0;
  const auto add = [&micros](char digit) { micros = micros * 10 + (digit - '0'); };
  const bool is_plain = point <= most_digits && fraction.size() <= 3 &&
                        raw.find_first_not_of("0123456789.") == std::string_view::npos;
  if (is_plain) {
    for (const char digit : raw.substr(0, point)) add(digit);
    for (std::size_t i = 0; i < 3; ++i) add(i < fraction.size() ? fraction[i] : '0');
    cell = {true, micros, {}};
    return true;
  }
  double value = 0;
  std::from_chars(raw.data(), raw.data() + raw.size(), value);  // out of range: stays 0
  const double rounded = std::min(std::round(value * 1'000), static_cast<double>(most_count));
  cell = {true, static_cast<std::int64_t>(rounded), {}};
  return false;
}

bool take_time(std::string_view text, Cell& cell) noexcept {
  const auto time = parse_timestamp(text);
  cell = {true, time ? time->time_since_epoch().count() : 0, {}};
  return text.size() == timestamp_size && text.ends_with('Z') && time.has_value();
}

}  // namespace

void append_unescaped(std::string_view raw, std::string& out) {
  while (!raw.empty()) {
    const std::size_t plain = std::min(raw.find('\\'), raw.size());
    out += raw.substr(0, plain);
    raw.remove_prefix(plain);
    if (raw.empty()) return;
    const Utf8Character character = take_escape(raw);
    out.append(character.bytes, character.size);
  }
}

bool RowReader::read(std::string_view line, EventRow& row) {
  row.cells.fill({});
  row.rest.clear();
  texts_.clear();
  texts_.reserve(line.size());
  expected_ = 0;
  const JsonReader<JsonForm::any> reader(line);
  const char* at = reader.token(reader.blanks(reader.begin()), '{');
  if (at == nullptr) return false;
  at = reader.blanks(at);
  while (reader.peek(at) != '}') {
    JsonMember member;
    at = reader.member(at, member);
    if (at == nullptr || !take(member.key, member.value, row)) return false;
    at = reader.blanks(at);
    if (reader.peek(at) != ',') break;
    at = reader.blanks(at + 1);
  }
  if (reader.peek(at) != '}') return false;
  for (std::size_t i = 0; i < column_count; ++i)
    if (stored_fields[i].is_never_null) row.cells[i].is_there = true;
  return true;
}

bool RowReader::take(std::string_view raw_key, std::string_view value, EventRow& row) {
  const std::size_t index = index_of(unescaped(raw_key), expected_ % column_count);
  expected_ = index + 1;
  bool is_whole = index < column_count;
  if (is_whole && value != "null") {
    Cell& cell = row.cells[index];
    const bool is_text = value.starts_with('"');
    const std::string_view text =
        is_text ? unescaped(value.substr(1, value.size() - 2)) : std::string_view();
    switch (stored_fields[index].shape) {
      case Shape::word:
        cell = {true, 0, bounded(text, longest_word)};
        is_whole = cell.text.size() == text.size();
        break;
      case Shape::text:
      case Shape::id: cell = {true, 0, text}; break;
      case Shape::count: is_whole = take_count(value, cell); break;
      case Shape::milliseconds: is_whole = take_milliseconds(value, cell); break;
      case Shape::flag:
      case Shape::known_flag: cell = {true, value == "true" || value == "1" ? 1 : 0, {}}; break;
      case Shape::time: is_whole = take_time(text, cell); break;
    }
  }
  if (!is_whole) {
    if (!row.rest.empty()) row.rest += ',';
    row.rest.append("\"").append(raw_key).append("\":").append(value);
  }
  return true;
}

std::string_view RowReader::unescaped(std::string_view raw) {
  if (raw.find('\\') == std::string_view::npos) return raw;
  const std::size_t begin = texts_.size();
  append_unescaped(raw, texts_);
  return std::string_view(texts_).substr(begin);
}

std::int64_t flags_of(const EventRow& row) noexcept {
  std::int64_t flags = 0;
  int bit = 0;
  for (std::size_t i = 0; i < column_count; ++i) {
    const Shape shape = stored_fields[i].shape;
    if (!is_flag(shape)) continue;
    const Cell& cell = row.cells[i];
    if (shape == Shape::known_flag) flags |= std::int64_t{cell.is_there} << bit++;
    flags |= std::int64_t{cell.number != 0} << bit++;
  }
  return flags;
}

}  // namespace llmgw::collector
