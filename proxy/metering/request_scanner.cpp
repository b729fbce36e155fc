// SPDX-License-Identifier: MIT
// The few top-level keys of a request that metering cares for.
#include "proxy/metering/request_scanner.hpp"

#include <utility>

#include "proxy/metering/json_scalar.hpp"

namespace llmgw::proxy {
namespace {

enum Tag : std::uint8_t { model = 1, stream, stream_options, include_usage };

constexpr JsonKey option_keys[] = {{.name = "include_usage", .tag = include_usage}};
constexpr JsonShape options(option_keys);
constexpr JsonKey request_keys[] = {
    {.name = "model", .tag = model},
    {.name = "stream", .tag = stream},
    {.name = "stream_options", .tag = stream_options, .object = &options},
};
constexpr JsonShape request(request_keys);
constexpr JsonKey root{.name = "", .object = &request};
static_assert(levels(root) <= JsonScanner::max_levels);

void set_if_unknown(std::optional<bool>& fact, JsonKind kind) {
  if (!fact && (kind == JsonKind::yes || kind == JsonKind::no)) fact = kind == JsonKind::yes;
}

}  // namespace

RequestScanner::RequestScanner(JsonPatterns& patterns) noexcept : patterns_(patterns) {
  json_.begin(root);
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
  const bool was_known = patterns_.read(body, root, json_, take);
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
  const bool needs_options = facts_.stream.value_or(true) && !facts_.include_usage;
  return !facts_.model.empty() && facts_.stream && !needs_options;
}

void RequestScanner::note(const JsonValue& value) noexcept {
  switch (value.tag) {
    case model:
      if (value.kind == JsonKind::text && facts_.model.empty()) append_text(value, facts_.model);
      return;
    case stream: return set_if_unknown(facts_.stream, value.kind);
    case stream_options: facts_.has_stream_options = true; return;
    case include_usage: return set_if_unknown(facts_.include_usage, value.kind);
    default: return;
  }
}

}  // namespace llmgw::proxy
