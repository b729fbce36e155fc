// SPDX-License-Identifier: MIT
// Values are read and written anew: nothing that an upstream spells in its own way comes through.
#include "proxy/provider/chat_answer/upstream_head.hpp"

#include <algorithm>
#include <array>

#include "common/text/case_blind.hpp"
#include "common/text/quantity.hpp"

namespace llmgw::proxy::chat_answer {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds most_wait = std::chrono::hours(365 * 24);

struct Names {
  std::string_view limit;
  std::string_view remaining;
  std::string_view reset;
};

constexpr std::array<Names, limit_kind_count> names_of_kinds{{
    {"x-ratelimit-limit-requests", "x-ratelimit-remaining-requests", "x-ratelimit-reset-requests"},
    {"x-ratelimit-limit-tokens", "x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens"},
    {"x-ratelimit-limit-input-tokens", "x-ratelimit-remaining-input-tokens",
     "x-ratelimit-reset-input-tokens"},
    {"x-ratelimit-limit-output-tokens", "x-ratelimit-remaining-output-tokens",
     "x-ratelimit-reset-output-tokens"},
}};

// `3`, `1.5`, rounded up to milliseconds; more than a year is none.
std::optional<milliseconds> seconds_of(std::string_view value) noexcept {
  const std::size_t point = std::min(value.find('.'), value.size());
  const auto whole = parse_integer(value.substr(0, point));
  if (!whole || *whole > static_cast<std::uint64_t>(most_wait / std::chrono::seconds(1)))
    return std::nullopt;
  milliseconds wait = std::chrono::seconds(*whole);
  if (point == value.size()) return wait;
  const auto fraction = parse_duration(std::string("0").append(value.substr(point)).append("s"));
  if (!fraction) return std::nullopt;
  return wait + std::chrono::ceil<milliseconds>(*fraction);
}

std::optional<milliseconds> milliseconds_of(std::string_view value) noexcept {
  const auto count = parse_integer(value);
  if (!count || *count > static_cast<std::uint64_t>(most_wait.count())) return std::nullopt;
  return milliseconds(*count);
}

// `Sun, 06 Nov 1994 08:49:37 GMT`, the one form that is to be sent (RFC 9110 section 5.6.7).
bool is_date(std::string_view value) noexcept {
  constexpr std::string_view shape = "Aaa, 00 Aaa 0000 00:00:00 GMT";
  return value.size() == shape.size() &&
         std::equal(value.begin(), value.end(), shape.begin(), [](char c, char form) {
           if (form == '0') return c >= '0' && c <= '9';
           if (form == 'a') return c >= 'a' && c <= 'z';
           return form == 'A' ? c >= 'A' && c <= 'Z' : c == form;
         });
}

void add_count(std::string_view name, std::optional<std::uint64_t> count,
               std::vector<AnswerField>& out) {
  if (count) out.push_back({name, std::to_string(*count)});
}

// As Go spells durations: `120ms`, `1s`, `6m0s`, `1h0m0s`.
std::string spelt(milliseconds duration) {
  if (duration.count() > 0 && duration < std::chrono::seconds(1))
    return std::to_string(duration.count()) + "ms";
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(duration).count();
  std::string text;
  if (seconds >= 3'600) text += std::to_string(seconds / 3'600) + "h";
  if (seconds >= 60) text += std::to_string(seconds / 60 % 60) + "m";
  return text + std::to_string(seconds % 60) + "s";
}

void append_limit(const RateLimit& limit, const Names& names, std::vector<AnswerField>& out) {
  add_count(names.limit, limit.limit, out);
  add_count(names.remaining, limit.remaining, out);
  if (limit.reset) out.push_back({names.reset, spelt(*limit.reset)});
}

// The share that is left; all of it where nobody says.
double share(const RateLimit& limit) noexcept {
  if (!limit.remaining || limit.limit.value_or(0) == 0) return 1;
  return static_cast<double>(*limit.remaining) / static_cast<double>(*limit.limit);
}

// Of tokens altogether; where that is not told, whichever kind runs out sooner.
const RateLimit& tokens_of(const RateLimits& limits) noexcept {
  const RateLimit& input = limits[LimitKind::input_tokens];
  const RateLimit& output = limits[LimitKind::output_tokens];
  if (limits[LimitKind::tokens].is_known()) return limits[LimitKind::tokens];
  return !input.is_known() || share(output) < share(input) ? output : input;
}

}  // namespace

UpstreamHead read_upstream_head(const http::ResponseHead& head, const RateLimits& limits) {
  constexpr std::size_t most_id = 128;
  UpstreamHead read{.limits = limits};
  read.request_id = head.value(http::FieldId::request_id).substr(0, most_id);
  std::optional<milliseconds> seconds;
  for (const http::Field& each : head.fields) {
    if (equals_ignoring_case(each.name, "retry-after")) {
      seconds = seconds_of(each.value);
    } else if (equals_ignoring_case(each.name, "retry-after-ms")) {
      read.wait = milliseconds_of(each.value);
    } else if (equals_ignoring_case(each.name, "x-should-retry")) {
      for (const std::string_view word : {"true", "false"})
        if (each.value == word) read.should_retry = word;
    } else if (equals_ignoring_case(each.name, "date") && is_date(each.value)) {
      read.date = each.value;
    }
  }
  if (head.status < 400) read.wait = seconds = std::nullopt;
  read.has_milliseconds = read.wait.has_value();
  if (!read.wait) read.wait = seconds;
  return read;
}

void append_fields(const UpstreamHead& head, int status, std::vector<AnswerField>& out) {
  if (head.wait && (status == 429 || status == 503)) {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(*head.wait).count();
    out.push_back({"Retry-After", std::to_string(seconds)});
    if (head.has_milliseconds)
      out.push_back({"Retry-After-Ms", std::to_string(head.wait->count())});
  }
  if (!head.should_retry.empty()) out.push_back({"X-Should-Retry", std::string(head.should_retry)});
  if (!head.date.empty()) out.push_back({"Date", head.date});
  for (std::size_t i = 0; i < limit_kind_count; ++i) {
    const bool is_of_tokens = static_cast<LimitKind>(i) == LimitKind::tokens;
    append_limit(is_of_tokens ? tokens_of(head.limits) : head.limits.kinds[i], names_of_kinds[i],
                 out);
  }
}

}  // namespace llmgw::proxy::chat_answer
