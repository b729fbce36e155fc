// SPDX-License-Identifier: MIT
// PURE: a metering event as the cells of a row, read from its line.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/event/metering_event.hpp"

namespace llmgw::collector {

/// How the values of a field are kept.
enum class Shape : std::uint8_t {
  word,          ///< a text of which there are few: its number in the dictionary
  text,          ///< a text that hardly ever comes again
  count,         ///< an integer from 0 up to most_count
  milliseconds,  ///< in microseconds
  flag,          ///< a bit of `flags`; one that is absent is false
  known_flag,    ///< two bits of `flags`: whether it is there, and whether it is true
  time,          ///< milliseconds since 1970
  id,            ///< the event's place, see place.hpp
};

/// The fields that have a column. The others are kept together, as JSON.
enum class Column : std::uint8_t {
  request_id,
  tenant,
  app_key,
  provider,
  model,
  prompt_tokens,
  completion_tokens,
  total_tokens,
  latency,
  status_code,
  ts,
  schema_version,
  event_id,
  request_model,
  endpoint,
  stream,
  outcome,
  usage_source,
  cached_tokens,
  reasoning_tokens,
  ttft,
  upstream_request_id,
  request_bytes,
  response_bytes,
  captured_bytes,
  capture_truncated,
  finish_reason,
  stream_chunks,
  output_bytes,
  cache_write_tokens,
  service_tier,
  native_finish_reason,
  route,
  target,
  cost_nano_usd,
  price_id,
  cost_assumed,
};
inline constexpr std::size_t column_count = 37;

struct StoredField {
  std::string_view field;   ///< its name in the event
  std::string_view column;  ///< its name in the table
  Shape shape;
  bool is_never_null = false;  ///< one that is absent is kept as 0 or as the empty text
};

/// In the order of Column, and of the event's fields as far as these came in order. Their numbers
/// are stored: of words as their kind, of flags as their bits. So the order is never changed, and
/// new ones come behind.
inline constexpr std::array<StoredField, column_count> stored_fields{{
    {"request_id", "request_id", Shape::text, true},
    {"tenant", "tenant", Shape::word, true},
    {"app_key", "app_key", Shape::word, true},
    {"provider", "provider", Shape::word, true},
    {"model", "model", Shape::word, true},
    {"prompt_tokens", "prompt_tokens", Shape::count},
    {"completion_tokens", "completion_tokens", Shape::count},
    {"total_tokens", "total_tokens", Shape::count},
    {"latency_ms", "latency_us", Shape::milliseconds, true},
    {"status_code", "status_code", Shape::count, true},
    {"ts", "ts", Shape::time, true},
    {"schema_version", "", Shape::flag},
    {"event_id", "event_id", Shape::id},
    {"request_model", "request_model", Shape::word, true},
    {"endpoint", "endpoint", Shape::word, true},
    {"stream", "", Shape::flag},
    {"outcome", "outcome", Shape::word, true},
    {"usage_source", "usage_source", Shape::word, true},
    {"cached_tokens", "cached_tokens", Shape::count},
    {"reasoning_tokens", "reasoning_tokens", Shape::count},
    {"ttft_ms", "ttft_us", Shape::milliseconds},
    {"upstream_request_id", "upstream_request_id", Shape::text, true},
    {"request_bytes", "request_bytes", Shape::count, true},
    {"response_bytes", "response_bytes", Shape::count, true},
    {"captured_bytes", "captured_bytes", Shape::count, true},
    {"capture_truncated", "", Shape::flag},
    {"finish_reason", "finish_reason", Shape::word},
    {"stream_chunks", "stream_chunks", Shape::count},
    {"output_bytes", "output_bytes", Shape::count},
    {"cache_write_tokens", "cache_write_tokens", Shape::count},
    {"service_tier", "service_tier", Shape::word},
    {"native_finish_reason", "native_finish_reason", Shape::word},
    {"route", "route", Shape::word},
    {"target", "target", Shape::word},
    {"cost_nano_usd", "cost_nano_usd", Shape::count},
    {"price_id", "price_id", Shape::word},
    {"cost_assumed", "", Shape::known_flag},
}};

constexpr const StoredField& facts_of(Column column) noexcept {
  return stored_fields[static_cast<std::size_t>(column)];
}

/// One value; which of the two it is follows from the column's shape.
struct Cell {
  bool is_there = false;
  std::int64_t number = 0;
  std::string_view text = {};
};

/// Views the line that it was read from, and its reader.
struct EventRow {
  std::array<Cell, column_count> cells{};
  /// Members that have no column, and those whose column cannot hold all that was sent, as they
  /// were written: `"a":1,"b":[2]`. Where a member is in both, this is what was sent.
  std::string rest;

  const Cell& operator[](Column column) const noexcept {
    return cells[static_cast<std::size_t>(column)];
  }
  Cell& operator[](Column column) noexcept { return cells[static_cast<std::size_t>(column)]; }
  /// Of a count; 0 where it is absent.
  std::int64_t number(Column column) const noexcept { return (*this)[column].number; }
};

constexpr bool is_flag(Shape shape) noexcept {
  return shape == Shape::flag || shape == Shape::known_flag;
}

/// What the column `flags` has of the row.
std::int64_t flags_of(const EventRow& row) noexcept;

/// Takes them apart again, one column after the other.
class Flags {
 public:
  explicit Flags(std::int64_t bits) noexcept : bits_(bits) {}
  /// The next one, of that shape; nothing where it is not there.
  std::optional<bool> next(Shape shape) noexcept {
    const bool is_there = shape == Shape::flag || take();
    const bool is_true = take();
    return is_there ? std::optional(is_true) : std::nullopt;
  }

 private:
  bool take() noexcept {
    const bool is_set = (bits_ & 1) != 0;
    bits_ >>= 1;
    return is_set;
  }

  std::int64_t bits_;
};

/// The largest count that a column takes, 2^53: what every reader of JSON can hold. A larger one is
/// kept as it was written, and takes part in no sum.
inline constexpr std::int64_t most_count = std::int64_t{1} << 53;

/// Bytes of a word; a longer one is kept whole beside its beginning.
inline constexpr std::size_t longest_word = 256;

/// Appends what the inside of a JSON string stands for.
void append_unescaped(std::string_view raw, std::string& out);

/// Reads rows one after the other; each is good until the next is read. Not thread-safe.
class RowReader {
 public:
  /// `line`: an event that validate_event accepts, which lives as long as the row is used; a line
  /// end behind it does not matter. False where it cannot be read, which is no event then.
  bool read(std::string_view line, EventRow& row);

 private:
  bool take(std::string_view raw_key, std::string_view value, EventRow& row);
  std::string_view unescaped(std::string_view raw);

  std::string texts_;  // of this line that had escapes; does not grow while a row is read
  std::size_t expected_ = 0;
};

}  // namespace llmgw::collector
