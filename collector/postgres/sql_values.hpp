// SPDX-License-Identifier: MIT
// PURE: SqlValues: the values of a statement, in PostgreSQL's binary formats.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "collector/postgres/wire_value.hpp"

namespace llmgw::collector {

/// $1, $2 and so on, in the order of the calls; each has its type.
class SqlValues {
 public:
  SqlValues& add(std::int64_t value);
  SqlValues& add_text(std::string_view text);   ///< is_storable()
  SqlValues& add_uuid(std::string_view bytes);  ///< 16 bytes
  SqlValues& add_time(std::int64_t milliseconds);
  SqlValues& add_array(std::span<const std::int64_t> values);
  SqlValues& add_array(std::span<const std::string> texts);   ///< is_storable(), each
  SqlValues& add_uuids(std::span<const std::string> places);  ///< 16 bytes, each

  std::size_t size() const noexcept { return types_.size(); }
  const std::vector<unsigned>& types() const noexcept { return types_; }
  std::string_view value(std::size_t index) const noexcept { return values_[index]; }

 private:
  SqlValues& add(unsigned type, std::string value);

  std::vector<unsigned> types_;
  std::vector<std::string> values_;
};

/// Rows as COPY takes them in its binary form: a head, then begin_row() and its fields for each,
/// then an end.
class CopyRows {
 public:
  CopyRows() { clear(); }

  void clear();
  void begin_row(std::int16_t fields) { append_integer<2>(fields, text_); }
  void null() { append_integer<4>(-1, text_); }
  void bytes(std::string_view bytes);  ///< a text, a bytea, a uuid
  void int8(std::int64_t value);
  void int4(std::int64_t value);
  void time(std::int64_t milliseconds) { int8(timestamp_of(milliseconds)); }

  /// Where the four bytes of the next int4() will stand, for set_int4().
  std::size_t next_int4() const noexcept { return text_.size() + 4; }
  void set_int4(std::size_t place, std::int64_t value) noexcept;

  /// Once all rows are there.
  void end() { append_integer<2>(-1, text_); }
  std::string_view text() const noexcept { return text_; }

 private:
  std::string text_;
};

}  // namespace llmgw::collector
