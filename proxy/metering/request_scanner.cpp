// SPDX-License-Identifier: MIT
// The few members of a request that metering and routing care for.
#include "proxy/metering/request_scanner.hpp"

#include <algorithm>
#include <utility>

#include "common/json/scalar.hpp"

namespace llmgw::proxy {
namespace {

void set_if_unknown(std::optional<bool>& fact, JsonKind kind) {
  if (!fact && (kind == JsonKind::yes || kind == JsonKind::no)) fact = kind == JsonKind::yes;
}

// Counts are not negative.
std::uint64_t number_of(std::int64_t count) noexcept { return static_cast<std::uint64_t>(count); }

}  // namespace

RequestScanner::RequestScanner(JsonPatterns& patterns, const RequestReader& reader,
                               bool reads_all) noexcept
    : patterns_(patterns), reader_(reader), reads_all_(reads_all) {
  json_.begin(reader.body);
}

void RequestScanner::observe(std::string_view body) noexcept try {
  if (body.empty()) return;
  const bool is_begin = !std::exchange(has_begun_, true);
  if (is_begin && body.size() <= JsonPatterns::most_bytes) return read_begin(body);
  read(body);
} catch (...) {  // no memory: a fault of metering is never one of the exchange
  is_done_ = true;
}

// Most short bodies lie whole in one span.
void RequestScanner::read_begin(std::string_view body) {
  const auto take = [this](const JsonValue& value) { note(value); };
  const bool was_known = patterns_.read(body, reader_.body, json_, take);
  is_done_ = was_known || json_.is_done() || knows_all();
}

void RequestScanner::read(std::string_view body) {
  while (!is_done_) {
    const auto value = json_.next(body);
    if (!value) break;
    note(*value);
    is_done_ = knows_all();
  }
  is_done_ = is_done_ || json_.is_done();
}

bool RequestScanner::knows_all() const noexcept {
  const bool may_want_usage = facts_.stream.value_or(true) && !facts_.wants_usage;
  return !reads_all_ && !facts_.model.empty() && facts_.stream && !may_want_usage;
}

void RequestScanner::note(const JsonValue& value) noexcept {
  switch (value.tag) {
    case request_tag::model: return note_model(value);
    case request_tag::stream: return set_if_unknown(facts_.stream, value.kind);
    case request_tag::decides_usage: facts_.decides_usage = true; return;
    case request_tag::wants_usage: return set_if_unknown(facts_.wants_usage, value.kind);
    case request_tag::max_tokens:
      if (value.count)
        facts_.max_tokens = std::max(facts_.max_tokens.value_or(0), number_of(*value.count));
      return;
    case request_tag::answers:
      if (value.count) facts_.answers = std::max(facts_.answers, number_of(*value.count));
      return;
    default: return;
  }
}

void RequestScanner::note_model(const JsonValue& value) noexcept {
  if (value.kind != JsonKind::text) return;
  if (facts_.model.empty()) return append_text(value, facts_.model);
  BoundedString<max_event_text> other;
  append_text(value, other);
  facts_.names_several_models |= other.view() != facts_.model.view();
}

}  // namespace llmgw::proxy
