// SPDX-License-Identifier: MIT
// PURE: durations, sizes and integers as settings spell them.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace llmgw {

/// A Go duration without sign: `500ms`, `2s`, `1m30s`, `1.5h`, also `us`/`µs`/`ns`, and
/// days of 24 hours: `90d`. A plain number is refused, for its unit would be a guess; only `0`
/// needs none. Nothing on overflow (about 292 years).
std::optional<std::chrono::nanoseconds> parse_duration(std::string_view text);

/// The shortest spelling that parse_duration reads back: `1m30s`, `500ms`, `0s`. Not negative.
std::string format_duration(std::chrono::nanoseconds duration);

/// Plain bytes, or a whole number with `B`, `KB`, `MB`, `GB`, `KiB`, `MiB`, `GiB`, all powers of
/// 1024. Nothing on overflow.
std::optional<std::uint64_t> parse_size(std::string_view text);

/// With the largest unit that divides it: `256KB`, `64MB`, `1000`.
std::string format_size(std::uint64_t bytes);

/// Decimal digits and nothing else; nothing on overflow.
std::optional<std::uint64_t> parse_integer(std::string_view text);

/// `25`, `0.075`: digits, with a point between them or none, in units of the last of so many places
/// behind the point. Exact: nothing where there are more places than that, and on overflow.
std::optional<std::uint64_t> parse_decimal(std::string_view text, int places);

/// The shortest spelling that parse_decimal reads back.
std::string format_decimal(std::uint64_t value, int places);

}  // namespace llmgw
