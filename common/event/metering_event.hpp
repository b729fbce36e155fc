// SPDX-License-Identifier: MIT
// PURE: the metering event, one per exchange, and its JSON line: the contract of the two daemons.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace llmgw {

/// How an exchange ended.
enum class Outcome : std::uint8_t {
  completed,
  stream_error,  ///< a 200 stream that carried an error event
  client_aborted,
  upstream_aborted,
  upstream_timeout,
  upstream_unreachable,
  upstream_invalid,
  refused,  ///< by the gateway itself: no upstream was asked
};
inline constexpr std::size_t outcome_count = 8;
inline constexpr std::array<std::string_view, outcome_count> outcome_words{
    "completed",        "stream_error",         "client_aborted",   "upstream_aborted",
    "upstream_timeout", "upstream_unreachable", "upstream_invalid", "refused"};

/// The word used in events and metrics.
constexpr std::string_view name(Outcome outcome) noexcept {
  return outcome_words[static_cast<std::size_t>(outcome)];
}

/// Who reported the token counts.
enum class UsageSource : std::uint8_t {
  missing,
  upstream,
  upstream_iterations,  ///< the upstream, as sums over the iterations of its answer
  drained,              ///< the upstream, to the gateway alone: the client had left
  partial,              ///< the upstream, before its answer broke off
  estimated,            ///< nobody: there is an estimate
};
inline constexpr std::array<std::string_view, 6> usage_source_words{
    "missing", "upstream", "upstream_iterations", "drained", "partial", "estimated"};

/// Whether the upstream reported any tokens.
constexpr bool is_reported(UsageSource source) noexcept {
  return source != UsageSource::missing && source != UsageSource::estimated;
}

constexpr std::string_view name(UsageSource source) noexcept {
  return usage_source_words[static_cast<std::size_t>(source)];
}

/// Counts as the upstream sent them; one that it did not report is nothing, never 0.
struct TokenCounts {
  std::optional<std::uint64_t> prompt;
  std::optional<std::uint64_t> completion;
  std::optional<std::uint64_t> total;
  std::optional<std::uint64_t> cached;
  std::optional<std::uint64_t> reasoning;
  std::optional<std::uint64_t> cache_write = {};     ///< part of the prompt, as `cached` is
  std::optional<std::uint64_t> cache_write_1h = {};  ///< those of them that stay for an hour

  friend bool operator==(const TokenCounts&, const TokenCounts&) = default;
};

/// One try to have an exchange answered.
struct AttemptFact {
  std::string_view target;
  int status = 0;          ///< of its answer; 0: none came
  std::string_view cause;  ///< why it failed, in a word of ours; empty: it did not
  std::chrono::nanoseconds latency{0};
};

/// How an exchange was translated.
struct TranslationFacts {
  std::string_view dialect;  ///< into which
  /// What was left out of the request for that, by commas, without blanks; at most max_event_names
  /// bytes.
  std::string_view dropped_params = {};
  /// The answer stopped at a limit that the client had not set.
  bool is_max_tokens_defaulted = false;
  std::optional<std::uint64_t> server_tool_requests = {};
};

/// How tokens that nobody reported were estimated.
enum class EstimateMethod : std::uint8_t {
  none,
  bpe,        ///< by the model's tokenizer, of plain text
  bpe_parts,  ///< the same, with tools, schemas, images or the like
  learned,    ///< by bytes, and what other exchanges of the model have shown
};
inline constexpr std::array<std::string_view, 3> estimate_method_words{"bpe", "bpe_parts",
                                                                       "learned"};

/// What an estimate is worth, from the best to the least.
enum class EstimateQuality : std::uint8_t {
  exact,        ///< equal to what was billed in nearly all recordings
  close,        ///< off by some tokens
  rough,        ///< of the right size
  lower_bound,  ///< more was billed, or may have been
};
inline constexpr std::array<std::string_view, 4> estimate_quality_words{"exact", "close", "rough",
                                                                        "lower_bound"};

/// What an exchange is to be charged by.
enum class Billing : std::uint8_t {
  usage,
  estimate,
  none,    ///< it failed before any token
  waived,  ///< `void`: its client left, and that is not charged
};
inline constexpr std::array<std::string_view, 4> billing_words{"usage", "estimate", "none", "void"};

/// What is told of an exchange whose usage nobody reported, or not to its end.
struct EstimateFacts {
  std::optional<std::uint64_t> prompt = {};
  std::optional<std::uint64_t> completion = {};
  EstimateMethod method = EstimateMethod::none;
  EstimateQuality quality = EstimateQuality::exact;  ///< of a method
  std::optional<std::uint32_t> error_permille = {};  ///< learned: mean distance from reports
  std::optional<Billing> billing = {};               ///< nothing: that is not known

  friend bool operator==(const EstimateFacts&, const EstimateFacts&) = default;
};

/// Facts of one exchange. Holds views: what they look at must live until the event is encoded,
/// which happens in the same turn. Over-long strings are cut when encoded.
struct MeteringEvent {
  std::string_view request_id;
  std::string_view tenant;
  std::string_view app_key;  ///< fingerprint, never the key; empty: the client sent none
  std::string_view provider;
  std::string_view model;  ///< as the upstream named it
  TokenCounts tokens;
  std::chrono::nanoseconds latency{0};
  int status_code = 0;  ///< what the client got; 0: it left before any
  std::chrono::system_clock::time_point ts;

  std::string_view event_id;       ///< UUIDv7 text
  std::string_view request_model;  ///< as the client named it
  std::string_view endpoint;       ///< path without query
  bool stream = false;
  Outcome outcome = Outcome::completed;
  UsageSource usage_source = UsageSource::missing;
  std::optional<std::chrono::nanoseconds> ttft;  ///< nothing: no body byte came
  std::string_view upstream_request_id;
  std::uint64_t request_bytes = 0;
  std::uint64_t response_bytes = 0;
  std::uint64_t captured_bytes = 0;
  bool capture_truncated = false;
  std::string_view finish_reason;  ///< empty: null in the event
  /// Of a response read as an event stream: pieces of text seen, and the bytes of UTF-8 they make.
  std::optional<std::uint64_t> stream_chunks;
  std::optional<std::uint64_t> output_bytes;
  std::string_view service_tier;          ///< the upstream's word for it; empty: null in the event
  std::string_view native_finish_reason;  ///< the upstream's own word; empty: null in the event
  /// Whether digests of the payloads are kept; one that is empty is null in the event: there was no
  /// complete payload.
  bool has_digests = false;
  std::string_view request_digest;
  std::string_view response_digest;
  bool is_keyed = false;    ///< whether callers are looked for among gateway keys
  std::string_view key_id;  ///< a name with nothing to escape; empty: null in the event
  /// Whether the exchange was routed by the settings of the file, and how.
  bool is_routed = false;
  std::string_view route;                 ///< model entry or route; empty: null in the event
  std::string_view target;                ///< of the last attempt; empty: there was none
  std::span<const AttemptFact> attempts;  ///< at most max_event_attempts
  const TranslationFacts* translation = nullptr;  ///< null: it was not translated
  const EstimateFacts* estimate = nullptr;        ///< null: nothing of it is told
  /// Whether there are prices, and what came of them.
  bool has_cost = false;
  std::optional<std::int64_t> cost_nano_usd;  ///< not negative; nothing: not known
  bool is_cost_assumed = false;  ///< what came from the cache was priced as what did not
  std::string_view price_id;     ///< of the table, 12 characters that need no escaping
  /// Whether the caller was under limits, and which would have refused; empty: null in the event.
  bool is_limited = false;
  std::string_view limited_by;
};

inline constexpr std::size_t max_event_text = 128;      ///< bytes of a string in an event
inline constexpr std::size_t max_event_name = 64;       ///< bytes of what settings call a key
inline constexpr std::size_t max_event_word = 31;       ///< bytes of a reason or a tier in it
inline constexpr std::size_t max_event_endpoint = 256;  ///< bytes of its endpoint
inline constexpr std::size_t max_event_attempts = 8;
inline constexpr std::size_t max_event_names = 512;
inline constexpr std::size_t max_encoded_event = 23'808;  ///< no encoded event is longer

/// Writes the event as one JSON line with its `\n` and returns its length. Allocates nothing; the
/// same event always gives the same bytes.
std::size_t encode(const MeteringEvent& event, std::span<char, max_encoded_event> out) noexcept;

/// Appends the line to `out` and returns its length.
std::size_t encode(const MeteringEvent& event, std::string& out);

/// The line of an event of which it is still to be told who reported its usage, and an estimate.
/// Looks at nothing of what the event was made of.
class OpenEventLine {
 public:
  /// `scratch`: only during the call. Throws bad_alloc.
  OpenEventLine(const MeteringEvent& event, std::span<char, max_encoded_event> scratch);

  /// Writes the line as encode() would write the event with these two, and returns its length.
  std::size_t close(UsageSource source, const EstimateFacts& estimate,
                    std::span<char, max_encoded_event> out) const noexcept;

 private:
  std::string line_;
  std::size_t source_at_ = 0;
  std::size_t source_end_ = 0;
  std::size_t estimate_at_ = 0;
};

}  // namespace llmgw
