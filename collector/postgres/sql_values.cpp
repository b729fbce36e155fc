// SPDX-License-Identifier: MIT
// Each format as the server's recv functions read it.
#include "collector/postgres/sql_values.hpp"

namespace llmgw::collector {
namespace {

// One dimension without NULLs.
std::string array_head(unsigned type, std::size_t size) {
  std::string array;
  append_integer<4>(1, array);
  append_integer<4>(0, array);
  append_integer<4>(type, array);
  append_integer<4>(static_cast<std::int64_t>(size), array);
  append_integer<4>(1, array);
  return array;
}

std::string array_of(unsigned type, std::span<const std::string> values) {
  std::string array = array_head(type, values.size());
  for (const std::string& each : values) {
    append_integer<4>(static_cast<std::int64_t>(each.size()), array);
    array += each;
  }
  return array;
}

}  // namespace

SqlValues& SqlValues::add(unsigned type, std::string value) {
  types_.push_back(type);
  values_.push_back(std::move(value));
  return *this;
}

SqlValues& SqlValues::add(std::int64_t value) {
  std::string bytes;
  append_integer<8>(value, bytes);
  return add(postgres_type::int8, std::move(bytes));
}

SqlValues& SqlValues::add_text(std::string_view text) {
  return add(postgres_type::text, std::string(text));
}

SqlValues& SqlValues::add_uuid(std::string_view bytes) {
  return add(postgres_type::uuid, std::string(bytes));
}

SqlValues& SqlValues::add_time(std::int64_t milliseconds) {
  std::string bytes;
  append_integer<8>(timestamp_of(milliseconds), bytes);
  return add(postgres_type::timestamptz, std::move(bytes));
}

SqlValues& SqlValues::add_array(std::span<const std::int64_t> values) {
  std::string array = array_head(postgres_type::int8, values.size());
  array.reserve(array.size() + values.size() * 12);
  for (const std::int64_t each : values) {
    append_integer<4>(8, array);
    append_integer<8>(each, array);
  }
  return add(postgres_type::int8_array, std::move(array));
}

SqlValues& SqlValues::add_array(std::span<const std::string> texts) {
  return add(postgres_type::text_array, array_of(postgres_type::text, texts));
}

SqlValues& SqlValues::add_uuids(std::span<const std::string> places) {
  return add(postgres_type::uuid_array, array_of(postgres_type::uuid, places));
}

void CopyRows::clear() {
  constexpr char signature[] = "PGCOPY\n\xff\r\n";  // and its NUL, which is a part of it
  text_.assign(signature, sizeof signature);
  text_.append(8, '\0');  // no flags, no extension
}

void CopyRows::bytes(std::string_view bytes) {
  append_integer<4>(static_cast<std::int64_t>(bytes.size()), text_);
  text_ += bytes;
}

void CopyRows::int8(std::int64_t value) {
  append_integer<4>(8, text_);
  append_integer<8>(value, text_);
}

void CopyRows::int4(std::int64_t value) {
  append_integer<4>(4, text_);
  append_integer<4>(value, text_);
}

void CopyRows::set_int4(std::size_t place, std::int64_t value) noexcept {
  auto rest = static_cast<std::uint32_t>(value);
  for (std::size_t i = 4; i-- > 0; rest >>= 8) text_[place + i] = static_cast<char>(rest);
}

}  // namespace llmgw::collector
