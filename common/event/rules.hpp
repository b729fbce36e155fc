// SPDX-License-Identifier: MIT
// PURE: what the collector asks of each field of an event; the one table behind event_check, which
// says what is wrong, and event_scan, which is fast.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace llmgw::event_rules {

enum class Kind : std::uint8_t {
  word,
  text,
  text_or_null,
  id,
  timestamp,
  count,
  count_or_null,
  number,
  number_or_null,
  boolean,
  status,
  version,
};

/// Who always writes a field: every gateway, those that write schema_version 1, or nobody.
enum class Written : std::uint8_t { always, since_v1, sometimes };

/// One field; names need no escaping in JSON.
struct FieldRule {
  std::string_view name;
  Kind kind;
  Written written;
};

// Outcome and usage_source are open lists on purpose: a word that a newer proxy adds must not make
// an older collector refuse, and so lose, its events.
inline constexpr std::array<FieldRule, 31> table{{
    {"request_id", Kind::word, Written::always},
    {"tenant", Kind::word, Written::always},
    {"app_key", Kind::text_or_null, Written::sometimes},
    {"provider", Kind::word, Written::always},
    {"model", Kind::text, Written::always},
    {"prompt_tokens", Kind::count_or_null, Written::since_v1},
    {"completion_tokens", Kind::count_or_null, Written::since_v1},
    {"total_tokens", Kind::count_or_null, Written::since_v1},
    {"latency_ms", Kind::number, Written::always},
    {"status_code", Kind::status, Written::always},
    {"ts", Kind::timestamp, Written::always},
    {"schema_version", Kind::version, Written::sometimes},
    {"event_id", Kind::id, Written::since_v1},
    {"request_model", Kind::text, Written::since_v1},
    {"endpoint", Kind::word, Written::since_v1},
    {"stream", Kind::boolean, Written::since_v1},
    {"outcome", Kind::word, Written::since_v1},
    {"usage_source", Kind::word, Written::since_v1},
    {"cached_tokens", Kind::count_or_null, Written::since_v1},
    {"reasoning_tokens", Kind::count_or_null, Written::since_v1},
    {"ttft_ms", Kind::number_or_null, Written::since_v1},
    {"upstream_request_id", Kind::text_or_null, Written::since_v1},
    {"request_bytes", Kind::count, Written::since_v1},
    {"response_bytes", Kind::count, Written::since_v1},
    {"captured_bytes", Kind::count, Written::since_v1},
    {"capture_truncated", Kind::boolean, Written::since_v1},
    {"finish_reason", Kind::text_or_null, Written::since_v1},
    // Later than the first gateways of schema_version 1, whose events may still wait in a spool.
    {"stream_chunks", Kind::count_or_null, Written::sometimes},
    {"output_bytes", Kind::count_or_null, Written::sometimes},
    {"request_digest", Kind::text_or_null, Written::sometimes},
    {"response_digest", Kind::text_or_null, Written::sometimes},
}};

/// The size of the table where no field has that name.
constexpr std::size_t index_of(std::string_view name) noexcept {
  std::size_t index = 0;
  while (index < table.size() && table[index].name != name) ++index;
  return index;
}

/// Shape of an RFC 3339 time with any fraction and offset (section 5.6), the ranges of its parts
/// roughly.
bool is_timestamp(std::string_view text) noexcept;

}  // namespace llmgw::event_rules
