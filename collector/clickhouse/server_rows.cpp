// SPDX-License-Identifier: MIT
// The whole is looked over once, so that each row can be relied on.
#include "collector/clickhouse/server_rows.hpp"

#include "collector/store/event_row.hpp"
#include "common/json/reader.hpp"

namespace llmgw::collector {
namespace {

using Reader = JsonReader<JsonForm::any>;

struct Found {
  std::string_view data;
  std::uint64_t rows = 0;
  bool has_rows = false;
};

// The members of the one object that a body is.
bool find(std::string_view body, Found& found) {
  const Reader reader(body);
  const char* at = reader.token(reader.blanks(reader.begin()), '{');
  if (at == nullptr) return false;
  at = reader.blanks(at);
  for (;;) {
    JsonMember member;
    at = reader.member(at, member);
    if (at == nullptr) return false;
    if (member.key == "data") found.data = member.value;
    if (member.key == "rows") {
      const Reader number(member.value);
      found.has_rows = number.count(number.begin(), found.rows) != nullptr;
    }
    at = reader.blanks(at);
    if (reader.peek(at) != ',') break;
    at = reader.blanks(at + 1);
  }
  at = reader.token(at, '}');
  return at != nullptr && reader.remaining(reader.blanks(at)) == 0;
}

// How many values a list has; nothing where it is no list.
bool count_items(std::string_view list, std::uint64_t& count) {
  const Reader reader(list);
  const char* at = reader.token(reader.begin(), '[');
  if (at == nullptr) return false;
  at = reader.blanks(at);
  if (reader.peek(at) == ']') return true;
  for (;;) {
    if (reader.peek(at) != '[') return false;
    at = reader.value(at);
    if (at == nullptr) return false;
    ++count;
    at = reader.blanks(at);
    if (reader.peek(at) != ',') return reader.peek(at) == ']';
    at = reader.blanks(at + 1);
  }
}

}  // namespace

Result<ServerRows> ServerRows::read(std::string body) {
  Found found;
  std::uint64_t count = 0;
  ServerRows rows;
  rows.body_ = std::move(body);
  if (!find(rows.body_, found) || !found.has_rows || !count_items(found.data, count) ||
      count != found.rows)
    return errc::malformed_message;
  rows.left_ = static_cast<std::size_t>(count);
  rows.at_ = static_cast<std::size_t>(found.data.data() - rows.body_.data()) + 1;
  rows.end_ = rows.at_ + found.data.size() - 1;
  return rows;
}

bool ServerRows::next() {
  cells_.clear();
  if (left_ == 0) return false;
  --left_;
  return take_row();
}

bool ServerRows::take_row() {
  const std::string_view rows = std::string_view(body_).substr(0, end_);
  const Reader reader(rows);
  const char* at = reader.blanks(reader.begin() + at_);
  if (reader.peek(at) == ',') at = reader.blanks(at + 1);
  at = reader.token(at, '[');
  if (at == nullptr) return false;
  at = reader.blanks(at);
  while (reader.peek(at) != ']') {
    const char* const begin = at;
    at = reader.value(at);
    if (at == nullptr) return false;
    cells_.emplace_back(begin, static_cast<std::size_t>(at - begin));
    at = reader.blanks(at);
    if (reader.peek(at) == ',') at = reader.blanks(at + 1);
  }
  at_ = reader.offset(at + 1);
  return true;
}

WideCount ServerRows::wide(std::size_t column) const noexcept {
  std::string_view raw = cell(column);
  if (raw.starts_with('"') && raw.size() > 1) raw = raw.substr(1, raw.size() - 2);
  const bool is_negative = raw.starts_with('-');
  if (is_negative) raw.remove_prefix(1);
  constexpr std::size_t most_digits = 38;  // 10^38 fits
  if (raw.empty() || raw.size() > most_digits) return 0;
  WideCount number = 0;
  for (const char c : raw) {
    if (c < '0' || c > '9') return 0;
    number = number * 10 + (c - '0');
  }
  return is_negative ? -number : number;
}

std::string ServerRows::text(std::size_t column) const {
  const std::string_view raw = cell(column);
  std::string text;
  if (raw.size() >= 2 && raw.front() == '"') append_unescaped(raw.substr(1, raw.size() - 2), text);
  return text;
}

}  // namespace llmgw::collector
