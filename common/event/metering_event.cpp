// SPDX-License-Identifier: MIT
// Writing the metering event by hand: this runs once per exchange on the thread that serves
// traffic.
#include "common/event/metering_event.hpp"

#include <array>

#include "common/event/line_writer.hpp"

namespace llmgw {
namespace {

constexpr std::size_t text_fields = 12 + max_event_attempts;
constexpr std::size_t word_fields = 3;
constexpr std::size_t most_around_texts = 2'216;  // keys, numbers, digests, names, punctuation
constexpr std::size_t most_around_attempt = 128;  // the same
constexpr std::size_t most_of_texts = text_fields * max_event_text + word_fields * max_event_word +
                                      max_event_endpoint + max_event_names;
static_assert(most_of_texts * max_escape_growth + most_around_texts +
                  max_event_attempts * most_around_attempt <=
              max_encoded_event);

// The names and order of the original gateway.
void write_first_block(const MeteringEvent& event, LineWriter& writer) {
  writer.literal(R"({"request_id":)");
  writer.text(event.request_id);
  writer.literal(R"(,"tenant":)");
  writer.text(event.tenant);
  writer.literal(R"(,"app_key":)");
  writer.text(event.app_key);
  writer.literal(R"(,"provider":)");
  writer.text(event.provider);
  writer.literal(R"(,"model":)");
  writer.text(event.model);
  writer.literal(R"(,"prompt_tokens":)");
  writer.count(event.tokens.prompt);
  writer.literal(R"(,"completion_tokens":)");
  writer.count(event.tokens.completion);
  writer.literal(R"(,"total_tokens":)");
  writer.count(event.tokens.total);
  writer.literal(R"(,"latency_ms":)");
  writer.milliseconds(event.latency);
  writer.literal(R"(,"status_code":)");
  writer.number(static_cast<std::uint64_t>(std::max(event.status_code, 0)));
  writer.literal(R"(,"ts":)");
  writer.time(event.ts);
}

// What the exchange was and how it ended.
void write_identity(const MeteringEvent& event, LineWriter& writer) {
  writer.literal(R"(,"schema_version":1,"event_id":)");
  writer.text(event.event_id);
  writer.literal(R"(,"request_model":)");
  writer.text(event.request_model);
  writer.literal(R"(,"endpoint":)");
  writer.text(event.endpoint, max_event_endpoint);
  writer.literal(R"(,"stream":)");
  writer.boolean(event.stream);
  writer.literal(R"(,"outcome":)");
  writer.name(name(event.outcome));
  writer.literal(R"(,"usage_source":)");
}

// What was counted and measured on the way.
void write_measures(const MeteringEvent& event, LineWriter& writer) {
  writer.literal(R"(,"cached_tokens":)");
  writer.count(event.tokens.cached);
  writer.literal(R"(,"reasoning_tokens":)");
  writer.count(event.tokens.reasoning);
  if (event.ttft) {
    writer.literal(R"(,"ttft_ms":)");
    writer.milliseconds(*event.ttft);
  } else {
    writer.literal(R"(,"ttft_ms":null)");
  }
  writer.literal(R"(,"upstream_request_id":)");
  writer.text(event.upstream_request_id);
  writer.literal(R"(,"request_bytes":)");
  writer.number(event.request_bytes);
  writer.literal(R"(,"response_bytes":)");
  writer.number(event.response_bytes);
  writer.literal(R"(,"captured_bytes":)");
  writer.number(event.captured_bytes);
  writer.literal(R"(,"capture_truncated":)");
  writer.boolean(event.capture_truncated);
  writer.literal(R"(,"finish_reason":)");
  writer.text_or_null(event.finish_reason, max_event_word);
  writer.literal(R"(,"stream_chunks":)");
  writer.count(event.stream_chunks);
  writer.literal(R"(,"output_bytes":)");
  writer.count(event.output_bytes);
}

// What providers other than OpenAI made worth telling.
void write_provider_facts(const MeteringEvent& event, LineWriter& writer) {
  // Most providers say nothing of these.
  if (!event.tokens.cache_write && event.service_tier.empty() &&
      event.native_finish_reason.empty()) {
    return writer.literal(
        R"(,"cache_write_tokens":null,"service_tier":null,"native_finish_reason":null)");
  }
  writer.literal(R"(,"cache_write_tokens":)");
  writer.count(event.tokens.cache_write);
  writer.literal(R"(,"service_tier":)");
  writer.text_or_null(event.service_tier, max_event_word);
  writer.literal(R"(,"native_finish_reason":)");
  writer.text_or_null(event.native_finish_reason, max_event_word);
}

// Thousandths as a decimal fraction.
void write_permille(std::uint32_t value, LineWriter& writer) {
  writer.number(value / 1'000);
  if (value % 1'000 == 0) return;
  const char digits[4] = {'.', static_cast<char>('0' + value / 100 % 10),
                          static_cast<char>('0' + value / 10 % 10),
                          static_cast<char>('0' + value % 10)};
  writer.raw({digits, 4});
}

void write_estimate(const EstimateFacts& facts, LineWriter& writer) {
  writer.literal(R"(,"estimated_prompt_tokens":)");
  writer.count(facts.prompt);
  writer.literal(R"(,"estimated_completion_tokens":)");
  writer.count(facts.completion);
  if (facts.method == EstimateMethod::none) {
    writer.literal(R"(,"estimate_method":null,"estimate_quality":null)");
  } else {
    writer.literal(R"(,"estimate_method":)");
    writer.name(estimate_method_words[static_cast<std::size_t>(facts.method) - 1]);
    writer.literal(R"(,"estimate_quality":)");
    writer.name(estimate_quality_words[static_cast<std::size_t>(facts.quality)]);
  }
  writer.literal(R"(,"estimate_error":)");
  if (facts.error_permille) {
    write_permille(*facts.error_permille, writer);
  } else {
    writer.literal("null");
  }
  writer.literal(R"(,"billing":)");
  if (!facts.billing) return writer.literal("null");
  writer.name(billing_words[static_cast<std::size_t>(*facts.billing)]);
}

void write_digests(const MeteringEvent& event, LineWriter& writer) {
  writer.literal(R"(,"request_digest":)");
  writer.text_or_null(event.request_digest);
  writer.literal(R"(,"response_digest":)");
  writer.text_or_null(event.response_digest);
}

void write_key(const MeteringEvent& event, LineWriter& writer) {
  writer.literal(R"(,"key_id":)");
  if (event.key_id.empty()) return writer.literal("null");
  writer.name(event.key_id.substr(0, max_event_name));
}

void write_attempt(const AttemptFact& attempt, LineWriter& writer) {
  writer.literal(R"({"target":)");
  writer.text(attempt.target);
  writer.literal(R"(,"status":)");
  writer.number(static_cast<std::uint64_t>(std::max(attempt.status, 0)));
  writer.literal(R"(,"cause":)");
  if (attempt.cause.empty()) {
    writer.literal("null");
  } else {
    writer.name(attempt.cause);
  }
  writer.literal(R"(,"latency_ms":)");
  writer.milliseconds(attempt.latency);
  writer.literal("}");
}

// The items of a list by commas.
void write_names(std::string_view names, LineWriter& writer) {
  for (bool is_first = true; !names.empty(); is_first = false) {
    const std::string_view name = names.substr(0, names.find(','));
    names.remove_prefix(std::min(name.size() + 1, names.size()));
    if (!is_first) writer.literal(",");
    writer.text(name);
  }
}

void write_route(const MeteringEvent& event, LineWriter& writer) {
  writer.literal(R"(,"route":)");
  writer.text_or_null(event.route);
  writer.literal(R"(,"target":)");
  writer.text_or_null(event.target);
  writer.literal(R"(,"attempts":[)");
  const auto attempts = event.attempts.first(std::min(event.attempts.size(), max_event_attempts));
  for (const AttemptFact& each : attempts) {
    if (&each != attempts.data()) writer.literal(",");
    write_attempt(each, writer);
  }
  writer.literal("]");
}

void write_translation(const MeteringEvent& event, LineWriter& writer) {
  const TranslationFacts facts =
      event.translation == nullptr ? TranslationFacts{} : *event.translation;
  writer.literal(R"(,"translated":)");
  writer.text_or_null(facts.dialect);
  writer.literal(R"(,"dropped_params":[)");
  write_names(facts.dropped_params.substr(0, max_event_names), writer);
  writer.literal(R"(],"max_tokens_defaulted":)");
  writer.boolean(facts.is_max_tokens_defaulted);
  writer.literal(R"(,"cache_write_1h_tokens":)");
  writer.count(event.tokens.cache_write_1h);
  writer.literal(R"(,"server_tool_requests":)");
  writer.count(facts.server_tool_requests);
}

void write_cost(const MeteringEvent& event, LineWriter& writer) {
  writer.literal(R"(,"cost_nano_usd":)");
  writer.count(event.cost_nano_usd);
  writer.literal(R"(,"cost_assumed":)");
  writer.boolean(event.is_cost_assumed);
  writer.literal(R"(,"price_id":)");
  writer.name(event.price_id);
}

// Where the parts of a line are that may be told later.
struct Marks {
  std::size_t source_at;
  std::size_t source_end;
  std::size_t estimate_at;
};

// One function, as each of its parts then is in place: this runs for each event. With `marks` the
// estimate is left out.
std::size_t write_event(const MeteringEvent& event, char* out, Marks* marks) {
  LineWriter writer(out);
  const auto size = [&] { return static_cast<std::size_t>(writer.end() - out); };
  write_first_block(event, writer);
  write_identity(event, writer);
  if (marks != nullptr) marks->source_at = size();
  writer.name(name(event.usage_source));
  if (marks != nullptr) marks->source_end = size();
  write_measures(event, writer);
  write_provider_facts(event, writer);
  if (marks != nullptr) {
    marks->estimate_at = size();
  } else if (event.estimate != nullptr) {
    write_estimate(*event.estimate, writer);
  }
  if (event.has_digests) write_digests(event, writer);
  if (event.is_routed) {
    write_route(event, writer);
    write_translation(event, writer);
  }
  if (event.is_keyed) write_key(event, writer);
  if (event.has_cost) write_cost(event, writer);
  if (event.is_limited) {
    writer.literal(R"(,"limited_by":)");
    writer.text_or_null(event.limited_by);
  }
  writer.literal("}\n");
  return size();
}

}  // namespace

std::size_t encode(const MeteringEvent& event, std::span<char, max_encoded_event> out) noexcept {
  return write_event(event, out.data(), nullptr);
}

OpenEventLine::OpenEventLine(const MeteringEvent& event,
                             std::span<char, max_encoded_event> scratch) {
  Marks marks;
  const std::size_t size = write_event(event, scratch.data(), &marks);
  source_at_ = marks.source_at;
  source_end_ = marks.source_end;
  estimate_at_ = marks.estimate_at;
  line_.assign(scratch.data(), size);
}

std::size_t OpenEventLine::close(UsageSource source, const EstimateFacts& estimate,
                                 std::span<char, max_encoded_event> out) const noexcept {
  LineWriter writer(out.data());
  const std::string_view line = line_;
  writer.raw(line.substr(0, source_at_));
  writer.name(name(source));
  writer.raw(line.substr(source_end_, estimate_at_ - source_end_));
  write_estimate(estimate, writer);
  writer.raw(line.substr(estimate_at_));
  return static_cast<std::size_t>(writer.end() - out.data());
}

std::size_t encode(const MeteringEvent& event, std::string& out) {
  std::array<char, max_encoded_event> line;  // not cleared: only what was written is read
  const std::size_t size = encode(event, std::span(line));
  out.append(line.data(), size);
  return size;
}

}  // namespace llmgw
