// SPDX-License-Identifier: MIT
// PURE: the fields of the metering event, one row each: what gateways write into them, and what the
// collector asks of them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "common/event/metering_event.hpp"

namespace llmgw::event_fields {

/// What the collector asks of a value. It is less than what gateways of this version write, so that
/// it takes the events of older and newer ones.
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
  list,
  status,
  version,
};

/// Which gateways write a field. The collector asks for the first in every event, and for the
/// second in those that have a schema_version.
enum class Written : std::uint8_t {
  always,     ///< all gateways, the original one as well
  since_v1,   ///< those that write schema_version 1
  lately,     ///< those of this version: events of older ones may still wait in a spool
  sometimes,  ///< where a setting asks for it
};

/// What gateways of this version write, where that is narrower than the kind: the published form.
struct Form {
  std::string_view pattern = {};                 ///< of a text: a regular expression (ECMA-262)
  std::size_t shortest = 0;                      ///< of a text, in characters
  std::size_t longest = 0;                       ///< of a text, in characters; 0: see the pattern
  std::span<const std::string_view> words = {};  ///< one of these
  bool is_never_null = false;                    ///< though the kind allows it
};

struct Field {
  std::string_view name;  ///< needs no escaping in JSON
  Kind kind;
  Written written;
  Form form;
  std::string_view meaning;  ///< a sentence for the published schema
};

namespace forms {

inline constexpr std::string_view request_id = R"(^[A-Za-z0-9._-]{1,128}$)";
inline constexpr std::string_view visible = R"(^[\x21-\x7e]{1,128}$)";
inline constexpr std::string_view fingerprint = R"(^(sha256:[0-9a-f]{12})?$)";
inline constexpr std::string_view time = R"(^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$)";
inline constexpr std::string_view uuid7 =
    R"(^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$)";
inline constexpr std::string_view path = R"(^/((upload/)?v1(alpha|beta)?|openai)(/.*)?$)";
inline constexpr std::string_view price_table = R"(^[0-9a-f]{12}$)";
inline constexpr std::string_view key_id = R"(^[!-~]{1,128}$)";
inline constexpr std::string_view digest = R"(^hmac-sha256:[0-9a-f]{64}$)";
inline constexpr Form text{.longest = max_event_text};
inline constexpr Form word{.shortest = 1, .longest = max_event_word};

}  // namespace forms

// Outcome and usage_source are open lists for the collector on purpose: a word that a newer proxy
// adds must not make an older collector refuse, and so lose, its events.
inline constexpr std::array<Field, 53> table{{
    {"request_id",
     Kind::word,
     Written::always,
     {.pattern = forms::request_id},
     "X-LLM-Request-ID of the response: the client's own, or one that the gateway made."},
    {"tenant",
     Kind::word,
     Written::always,
     {.pattern = forms::visible},
     "X-LLM-Tenant, else X-Tenant, else default."},
    {"app_key",
     Kind::text_or_null,
     Written::lately,
     {.pattern = forms::fingerprint, .is_never_null = true},
     "Fingerprint of the key that the client sent; empty: it sent none."},
    {"provider",
     Kind::word,
     Written::always,
     {.shortest = 1, .longest = max_event_text},
     "Name of the dialect."},
    {"model", Kind::text, Written::always, forms::text,
     "As the upstream named it, else as the request did; empty: neither did."},
    {"prompt_tokens",
     Kind::count_or_null,
     Written::since_v1,
     {},
     "Tokens of the request, as the upstream counted them; null: nobody reported them."},
    {"completion_tokens",
     Kind::count_or_null,
     Written::since_v1,
     {},
     "Tokens of the answer, as the upstream counted them; null: nobody reported them."},
    {"total_tokens",
     Kind::count_or_null,
     Written::since_v1,
     {},
     "As sent, even where it is not the sum; the sum where only the parts were sent."},
    {"latency_ms",
     Kind::number,
     Written::always,
     {},
     "From the first byte of the request until the response of the upstream is complete."},
    {"status_code",
     Kind::status,
     Written::always,
     {},
     "What the client got; 0: it left before any."},
    {"ts",
     Kind::timestamp,
     Written::always,
     {.pattern = forms::time},
     "The end of the exchange, in UTC."},
    {"schema_version",
     Kind::version,
     Written::lately,
     {},
     "A field changes its meaning only together with this number."},
    {"event_id",
     Kind::id,
     Written::since_v1,
     {.pattern = forms::uuid7},
     "UUIDv7: events with the same one are the same event, delivered again."},
    {"request_model", Kind::text, Written::since_v1, forms::text,
     "As the client named it; empty: it did not."},
    {"endpoint",
     Kind::word,
     Written::since_v1,
     {.pattern = forms::path, .longest = max_event_endpoint},
     "Path without query, as the client sent it."},
    {"stream",
     Kind::boolean,
     Written::since_v1,
     {},
     "The client asked for a stream, or the upstream answered with one."},
    {"outcome", Kind::word, Written::since_v1, {.words = outcome_words}, "How the exchange ended."},
    {"usage_source",
     Kind::word,
     Written::since_v1,
     {.words = usage_source_words},
     "Who reported the tokens; missing: nobody did, and all counts are null; upstream_iterations: "
     "they are sums over the iterations of the answer; drained: they came when the client had "
     "left; partial: they came before the answer broke off; estimated: nobody did, and there is an "
     "estimate."},
    {"cached_tokens", Kind::count_or_null, Written::since_v1, {}, "Part of the prompt tokens."},
    {"reasoning_tokens",
     Kind::count_or_null,
     Written::since_v1,
     {},
     "Part of the completion tokens, with most upstreams."},
    {"ttft_ms",
     Kind::number_or_null,
     Written::since_v1,
     {},
     "From the first byte of the request until the first body byte of the upstream; null: none "
     "came."},
    {"upstream_request_id",
     Kind::text_or_null,
     Written::since_v1,
     {.longest = max_event_text, .is_never_null = true},
     "x-request-id of the upstream, or empty."},
    {"request_bytes",
     Kind::count,
     Written::since_v1,
     {},
     "Payload of the request, framing removed."},
    {"response_bytes", Kind::count, Written::since_v1, {}, "Payload of the response, as coded."},
    {"captured_bytes",
     Kind::count,
     Written::since_v1,
     {},
     "How much of it metering looked at, up to METERING_CAPTURE_BYTES."},
    {"capture_truncated", Kind::boolean, Written::since_v1, {}, "Whether it was more than that."},
    {"finish_reason", Kind::text_or_null, Written::since_v1, forms::word,
     "The last one that the client was given."},
    {"stream_chunks",
     Kind::count_or_null,
     Written::lately,
     {},
     "Pieces of text seen in an event stream (content, reasoning, refusals, arguments of tools); "
     "null: it was none, or was not read."},
    {"output_bytes",
     Kind::count_or_null,
     Written::lately,
     {},
     "Bytes of UTF-8 in those pieces: how far a stream without usage came."},
    {"cache_write_tokens",
     Kind::count_or_null,
     Written::lately,
     {},
     "Part of the prompt tokens: those that the upstream wrote into its cache."},
    {"service_tier", Kind::text_or_null, Written::lately, forms::word,
     "The tier in which the upstream says it answered, in its own word; null: it said none."},
    {"native_finish_reason", Kind::text_or_null, Written::lately, forms::word,
     "The upstream's own word, where it is none of OpenAI's: in the answers of routed Anthropic "
     "and "
     "Gemini; else null."},
    {"estimated_prompt_tokens",
     Kind::count_or_null,
     Written::sometimes,
     {},
     "Where the upstream did not report all: an estimate of the tokens of the request; null: there "
     "is none, or they were reported."},
    {"estimated_completion_tokens",
     Kind::count_or_null,
     Written::sometimes,
     {},
     "The same of the answer, as far as it came; beside a reported count only where that was told "
     "before the answer broke off."},
    {"estimate_method",
     Kind::text_or_null,
     Written::sometimes,
     {.words = estimate_method_words},
     "How: by the model's tokenizer, bpe of plain text and bpe_parts with tools, schemas and "
     "images; learned from bytes and other exchanges of the model; null: there is no estimate."},
    {"estimate_quality",
     Kind::text_or_null,
     Written::sometimes,
     {.words = estimate_quality_words},
     "What the estimate is worth; lower_bound: more was billed, or may have been."},
    {"estimate_error",
     Kind::number_or_null,
     Written::sometimes,
     {},
     "Of learned estimates: how far they are from reports, on average, relative to these."},
    {"billing",
     Kind::text_or_null,
     Written::sometimes,
     {.words = billing_words},
     "What to charge by, where not all was reported: usage, the estimate, none (it failed before "
     "any token) or void (ABORT_BILLING); null: that is not known."},
    {"request_digest",
     Kind::text_or_null,
     Written::sometimes,
     {.pattern = forms::digest},
     "With METERING_HASH_PAYLOADS=hmac; null: the request was not complete."},
    {"response_digest",
     Kind::text_or_null,
     Written::sometimes,
     {.pattern = forms::digest},
     "With METERING_HASH_PAYLOADS=hmac; null: the upstream's response was not complete."},
    {"route",
     Kind::text_or_null,
     Written::sometimes,
     {.shortest = 1, .longest = max_event_text},
     "With providers in GATEWAY_CONFIG: the entry of models, or the route, that decided; null: "
     "none did."},
    {"target",
     Kind::text_or_null,
     Written::sometimes,
     {.shortest = 1, .longest = max_event_text},
     "With providers in GATEWAY_CONFIG: provider, key and model of the last attempt; null: there "
     "was none."},
    {"attempts",
     Kind::list,
     Written::sometimes,
     {},
     "With providers in GATEWAY_CONFIG: an object of target, status (0: no answer), cause (why it "
     "failed, or "
     "null) and latency_ms for each, at most 8."},
    {"translated",
     Kind::text_or_null,
     Written::sometimes,
     {.shortest = 1, .longest = max_event_text},
     "With providers in GATEWAY_CONFIG: the dialect that the request was translated into; null: it "
     "was not."},
    {"dropped_params",
     Kind::list,
     Written::sometimes,
     {},
     "With providers in GATEWAY_CONFIG: the members of the request that were left out for that, by "
     "their "
     "names."},
    {"max_tokens_defaulted",
     Kind::boolean,
     Written::sometimes,
     {},
     "With providers in GATEWAY_CONFIG: a translated answer stopped at a limit that the client had "
     "not set."},
    {"cache_write_1h_tokens",
     Kind::count_or_null,
     Written::sometimes,
     {},
     "With providers in GATEWAY_CONFIG: part of the cache_write_tokens: those that stay in the "
     "cache for an hour; null: the upstream did not tell them apart."},
    {"server_tool_requests",
     Kind::count_or_null,
     Written::sometimes,
     {},
     "With providers in GATEWAY_CONFIG: how often a translated answer used tools of the upstream's "
     "own."},
    {"key_id",
     Kind::text_or_null,
     Written::sometimes,
     {.pattern = forms::key_id},
     "With GATEWAY_KEYS: the id of the key in the section keys, or the subject of the client's "
     "token; null: the client sent neither."},
    {"cost_nano_usd",
     Kind::count_or_null,
     Written::sometimes,
     {},
     "With prices in GATEWAY_CONFIG: what the tokens cost, in thousand-millionths of a US dollar; "
     "null: they are not known, or have no price."},
    {"cost_assumed",
     Kind::boolean,
     Written::sometimes,
     {},
     "With prices in GATEWAY_CONFIG: the cost has cached tokens as input, as their price is not "
     "told."},
    {"price_id",
     Kind::word,
     Written::sometimes,
     {.pattern = forms::price_table},
     "With prices in GATEWAY_CONFIG: the table that the cost is of, by the begin of its SHA-256."},
    {"limited_by",
     Kind::text_or_null,
     Written::sometimes,
     {.shortest = 1, .longest = max_event_text},
     "Of callers under limits: the first rule that would have refused, if limits were enforced; "
     "null: none."},
}};
static_assert(!table.back().name.empty(), "the table says that it is longer than it is");

/// The size of the table where no field has that name.
constexpr std::size_t index_of(std::string_view name) noexcept {
  std::size_t index = 0;
  while (index < table.size() && table[index].name != name) ++index;
  return index;
}

/// Whether null is written into it.
constexpr bool is_nullable(const Field& field) noexcept {
  const bool takes_null = field.kind == Kind::text_or_null || field.kind == Kind::count_or_null ||
                          field.kind == Kind::number_or_null;
  return takes_null && !field.form.is_never_null;
}

}  // namespace llmgw::event_fields
