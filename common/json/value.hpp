// SPDX-License-Identifier: MIT
// PURE: what a scan of a JSON document reports.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace llmgw {

enum class JsonKind : std::uint8_t { text, number, yes, no, null, object, array };

/// A wanted value.
struct JsonValue {
  std::uint8_t tag = 0;
  JsonKind kind = JsonKind::null;
  bool is_plain = false;  ///< a text that is known to be without escapes
  /// Of a text: what is between the quotes, escapes as they were sent (see json_scalar.hpp); of an
  /// object or array: nothing; of all others: their spelling. Good until the scanner or the bytes
  /// it was shown are touched.
  std::string_view raw = {};
  /// Of a text whose key is measured: the bytes it stands for; `raw` may then be empty.
  std::uint64_t size = 0;
  /// Of a number that is a count (see parse_count()): that.
  std::optional<std::int64_t> count = {};
};

}  // namespace llmgw
