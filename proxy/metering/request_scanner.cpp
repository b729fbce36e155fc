// SPDX-License-Identifier: MIT
// The few top-level keys of a request that metering cares for.
#include "proxy/metering/request_scanner.hpp"

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

RequestScanner::RequestScanner() noexcept { json_.begin(root); }

void RequestScanner::observe(std::string_view body) noexcept try {
  while (!is_done_) {
    const auto value = json_.next(body);
    if (!value) break;
    note(*value);
    const bool needs_options = facts_.stream.value_or(true) && !facts_.include_usage;
    is_done_ = !facts_.model.empty() && facts_.stream && !needs_options;
  }
  is_done_ = is_done_ || json_.is_done();
} catch (...) {  // no memory: a fault of metering is never one of the exchange
  is_done_ = true;
}

void RequestScanner::note(const JsonValue& value) noexcept {
  switch (value.tag) {
    case model:
      if (value.kind == JsonKind::text && facts_.model.empty())
        append_unescaped(value.raw, facts_.model);
      return;
    case stream: return set_if_unknown(facts_.stream, value.kind);
    case stream_options: facts_.has_stream_options = true; return;
    case include_usage: return set_if_unknown(facts_.include_usage, value.kind);
    default: return;
  }
}

}  // namespace llmgw::proxy
