// SPDX-License-Identifier: MIT
// Columns in the order of stored_fields, then flags, rest and id.
#include "collector/sinks/postgres/event_stage.hpp"

#include <algorithm>

#include "common/json/escape.hpp"

namespace llmgw::collector {
namespace {

std::string_view type_of(Shape shape) noexcept {
  switch (shape) {
    case Shape::word: return "int";
    case Shape::text: return "text";
    case Shape::time: return "timestamptz";
    case Shape::id: return "uuid";
    default: return "bigint";
  }
}

std::int16_t field_count() noexcept {
  const auto columns = std::count_if(stored_fields.begin(), stored_fields.end(),
                                     [](const StoredField& each) { return !each.column.empty(); });
  return static_cast<std::int16_t>(columns + 3);
}

std::string list_of_columns(bool has_types) {
  std::string text;
  for (const StoredField& each : stored_fields) {
    if (each.column.empty()) continue;
    text += each.column;
    if (has_types) text.append(" ").append(type_of(each.shape));
    text += ", ";
  }
  return text + (has_types ? "flags int, rest text" : "flags, rest");
}

// The beginning of a member, as it would stand in `rest`.
std::string member_head(std::string_view field) { return "\"" + std::string(field) + "\":"; }

void keep_whole(std::string_view field, std::string_view text, std::string& rest) {
  const std::string head = member_head(field);
  const bool is_there = rest.starts_with(head) || rest.find("," + head) != std::string::npos;
  if (is_there) return;
  if (!rest.empty()) rest += ',';
  rest += head;
  append_json_string(text, rest);
}

EventKey key_of_place(const Place& place) noexcept {
  EventKey key;
  for (std::size_t i = 0; i < 8; ++i) {
    key.high = key.high << 8 | static_cast<unsigned char>(place.bytes[i]);
    key.low = key.low << 8 | static_cast<unsigned char>(place.bytes[i + 8]);
  }
  return key;
}

}  // namespace

bool FittingReader::read(std::string_view line, EventRow& row) {
  if (!reader_.read(line, row)) return false;
  texts_.clear();
  for (std::size_t i = 0; i < column_count; ++i) {
    Cell& cell = row.cells[i];
    const Shape shape = stored_fields[i].shape;
    const bool is_text = shape == Shape::word || shape == Shape::text;
    if (is_text && !is_storable(cell.text)) {
      keep_whole(stored_fields[i].field, cell.text, row.rest);
      cell.text = texts_.emplace_back(storable(cell.text));
    }
  }
  if (!is_storable(row.rest)) row.rest = storable(row.rest);
  return true;
}

const std::string& EventStage::event_columns() {
  static const std::string text = list_of_columns(false);
  return text;
}

const std::string& EventStage::columns() {
  static const std::string text = event_columns() + ", id";
  return text;
}

const std::string& EventStage::definition() {
  static const std::string text = list_of_columns(true) + ", id text";
  return text;
}

Result<void> EventStage::take(std::span<const Batch* const> batches, const WordNumbers& words) {
  rows_.clear();
  lines_.clear();
  seen_.clear();
  missing_.clear();
  missing_places_.clear();
  gaps_.clear();
  repeated_ = 0;
  has_placed_ = false;
  for (const Batch* batch : batches) {
    const std::string_view text = batch->text;
    std::size_t begin = 0;
    for (const Batch::Line& each : batch->lines) {
      const std::string_view line = text.substr(begin, each.end - begin);
      begin = each.end;
      if (const auto done = take_line(line, each.key, words); done.has_error()) return done;
    }
  }
  rows_.end();
  return {};
}

Result<void> EventStage::take_line(std::string_view line, const EventKey& key,
                                   const WordNumbers& words) {
  if (!reader_.read(line, row_)) return errc::malformed_message;
  const std::string_view id = row_[Column::event_id].text;
  const Place place = place_of(key, id, row_.number(Column::ts), line);
  if (!seen_.insert(id.empty() ? key_of_place(place) : key).second) {
    ++repeated_;
    return {};
  }
  lines_.push_back({line, place});
  encode(place, place.is_id ? std::string_view() : id, words);
  return {};
}

void EventStage::encode(const Place& place, std::string_view id, const WordNumbers& words) {
  static const std::int16_t fields = field_count();
  rows_.begin_row(fields);
  for (std::size_t i = 0; i < column_count; ++i) {
    const Cell& cell = row_.cells[i];
    const Shape shape = stored_fields[i].shape;
    if (is_flag(shape)) continue;
    if (shape == Shape::id) {
      rows_.bytes(place.view());
    } else if (!cell.is_there) {
      rows_.null();
    } else if (shape == Shape::word) {
      encode_word(static_cast<Column>(i), cell.text, words);
    } else if (shape == Shape::text) {
      rows_.bytes(cell.text);
    } else if (shape == Shape::time) {
      rows_.time(cell.number);
    } else {
      rows_.int8(cell.number);
    }
  }
  rows_.int4(flags_of(row_));
  row_.rest.empty() ? rows_.null() : rows_.bytes(row_.rest);
  id.empty() ? rows_.null() : rows_.bytes(id);
  if (!id.empty()) has_placed_ = true;
}

void EventStage::encode_word(Column kind, std::string_view text, const WordNumbers& words) {
  const auto number = words.find(kind, text);
  if (!number) {
    const auto [found, is_new] =
        missing_places_.try_emplace({kind, std::string(text)}, missing_.size());
    if (is_new) missing_.push_back({kind, std::string(text)});
    gaps_.push_back({rows_.next_int4(), found->second});
  }
  rows_.int4(number.value_or(0));
}

bool EventStage::fill(const WordNumbers& words) {
  for (const Gap& each : gaps_) {
    const Word& word = missing_[each.word];
    const auto number = words.find(word.kind, word.text);
    if (!number) return false;
    rows_.set_int4(each.place, *number);
  }
  return true;
}

}  // namespace llmgw::collector
