// SPDX-License-Identifier: MIT
// Column by column, in the order in which events are published.
#include "collector/query/stored_event.hpp"

#include <algorithm>

#include "collector/query/format.hpp"
#include "common/event/ids.hpp"
#include "common/json/reader.hpp"

namespace llmgw::collector {
namespace {

// Numbers are written in milliseconds with as many digits as there are.
std::string milliseconds_text(std::int64_t microseconds) {
  std::string text = std::to_string(microseconds / 1'000);
  const std::int64_t fraction = microseconds % 1'000;
  if (fraction == 0) return text;
  std::string digits = std::to_string(1'000 + fraction).substr(1);
  while (digits.ends_with('0')) digits.pop_back();
  return text + "." + digits;
}

// Fields that the proxy writes only where a setting asks for them are not made up.
bool is_left_out_where_null(Column column) noexcept {
  return column == Column::route || column == Column::target || column == Column::cost_nano_usd ||
         column == Column::price_id;
}

std::string id_of(const EventCells& row) {
  if (!row.id.empty()) return row.id;
  Uuid uuid;
  for (std::size_t i = 0; i < uuid.bytes.size() && i < row.place.size(); ++i)
    uuid.bytes[i] = static_cast<std::uint8_t>(row.place[i]);
  return std::string(uuid_text(uuid).view());
}

}  // namespace

std::string event_columns_sql() {
  std::string sql;
  for (const StoredField& each : stored_fields)
    if (!each.column.empty()) sql.append(each.column).append(", ");
  return sql + "flags, rest";
}

// They stand in the place of what a column says.
std::vector<EventField> members_of(std::string_view rest) {
  std::vector<EventField> members;
  if (rest.empty()) return members;
  const std::string object = "{" + std::string(rest) + "}";
  const JsonReader<JsonForm::any> reader(object);
  const char* at = reader.begin() + 1;
  while (at != nullptr && reader.peek(at) == '"') {
    JsonMember member;
    at = reader.member(at, member);
    if (at == nullptr) break;
    EventField field{{}, std::string(member.value)};
    append_unescaped(member.key, field.name);
    members.push_back(std::move(field));
    at = reader.blanks(at);
    if (reader.peek(at) == ',') at = reader.blanks(at + 1);
  }
  return members;
}

StoredEvent stored_event(const EventCells& row,
                         const std::function<std::string(std::int64_t number)>& text) {
  StoredEvent event{.place = std::string(row.place), .fields = {}};
  std::vector<EventField> rest = members_of(row.rest);
  const auto is_in_rest = [&rest](std::string_view field) {
    return std::any_of(rest.begin(), rest.end(),
                       [field](const EventField& each) { return each.name == field; });
  };
  Flags flags(row.flags);
  for (std::size_t i = 0; i < column_count; ++i) {
    const StoredField& facts = stored_fields[i];
    const Cell& cell = row.cells[i];
    EventField field{std::string(facts.field), {}};
    if (is_flag(facts.shape)) {
      const auto is_set = flags.next(facts.shape);
      const bool is_version = static_cast<Column>(i) == Column::schema_version;
      if (!is_set || (is_version && !*is_set) || is_in_rest(facts.field)) continue;
      field.value = is_version ? "1" : *is_set ? "true" : "false";
      event.fields.push_back(std::move(field));
      continue;
    }
    if (is_in_rest(facts.field)) continue;
    if (facts.shape != Shape::id && !cell.is_there) {
      if (is_left_out_where_null(static_cast<Column>(i))) continue;
      field.kind = EventField::Kind::null;
      event.fields.push_back(std::move(field));
      continue;
    }
    field.kind = EventField::Kind::text;
    switch (facts.shape) {
      case Shape::word: field.value = text(cell.number); break;
      case Shape::text: field.value = cell.text; break;
      case Shape::time: field.value = time_text(cell.number); break;
      case Shape::id: field.value = id_of(row); break;
      case Shape::milliseconds:
        field.kind = EventField::Kind::json;
        field.value = milliseconds_text(cell.number);
        break;
      default:
        field.kind = EventField::Kind::json;
        field.value = std::to_string(cell.number);
        break;
    }
    event.fields.push_back(std::move(field));
  }
  for (EventField& each : rest) event.fields.push_back(std::move(each));
  return event;
}

}  // namespace llmgw::collector
