// SPDX-License-Identifier: MIT
// Durations, counts and causes.
#include "proxy/config/provider_limits.hpp"

#include <algorithm>

#include "common/text/quantity.hpp"

namespace llmgw::proxy {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::nanoseconds longest = 24h;

void read_duration(ConfigReader& reader, const ConfigValue& value, std::chrono::nanoseconds least,
                   std::chrono::nanoseconds& into) {
  const auto read = *parse_duration(value.text);
  if (read < least || read > longest)
    return reader.fault(
        value.place, value.text,
        "accepted are " + format_duration(least) + " to " + format_duration(longest));
  into = read;
}

/// A row whose value is a duration.
template <class T, std::chrono::nanoseconds T::*member, std::int64_t least>
constexpr Member<T> duration_row(std::string_view name, std::string_view value,
                                 std::string_view meaning, std::string_view shown = {}) {
  return {{.name = name,
           .value = value,
           .meaning = meaning,
           .form = {.shape = Form::Shape::text, .text = &duration_form},
           .shown = shown},
          [](ConfigReader& reader, const ConfigValue& text, T& into) {
            read_duration(reader, text, std::chrono::nanoseconds(least), into.*member);
          },
          [](const T& from) { return format_duration(from.*member); }};
}

constexpr std::int64_t millisecond = 1'000'000;

constexpr std::array<Member<UpstreamTimeouts>, 5> timeout_rows{
    duration_row<UpstreamTimeouts, &UpstreamTimeouts::connect, millisecond>(
        "connect", "5s", "the longest time for each of name look-up, TCP and TLS"),
    duration_row<UpstreamTimeouts, &UpstreamTimeouts::head, millisecond>(
        "head", "", "from the end of the request to the head of the answer", "HTTP_CLIENT_TIMEOUT"),
    duration_row<UpstreamTimeouts, &UpstreamTimeouts::idle, millisecond>(
        "idle", "", "between two reads of the answer", "HTTP_CLIENT_TIMEOUT"),
    duration_row<UpstreamTimeouts, &UpstreamTimeouts::first_token, 0>(
        "first_token", "0s", "from the head of a stream to its first event; `0s`: no limit"),
    duration_row<UpstreamTimeouts, &UpstreamTimeouts::total, 0>(
        "total", "0s", "the whole exchange, with all attempts; `0s`: no limit"),
};

constexpr std::array<Member<CooldownSettings>, 4> cooldown_rows{{
    {{.name = "failures",
      .value = "5",
      .meaning = "so many within `window` (not reached, 5xx, timeout, reset) and the target cools; "
                 "`0`: never",
      .form = {.shape = Form::Shape::number, .least = 0, .most = 1'000'000}},
     [](ConfigReader&, const ConfigValue& value, CooldownSettings& into) {
       into.failures = parse_integer(value.text).value_or(0);
     },
     [](const CooldownSettings& from) { return std::to_string(from.failures); }},
    duration_row<CooldownSettings, &CooldownSettings::window, millisecond>(
        "window", "30s", "in which failures are counted together"),
    duration_row<CooldownSettings, &CooldownSettings::open, millisecond>(
        "open", "10s", "how long it cools, doubled each time; then one request tries it"),
    duration_row<CooldownSettings, &CooldownSettings::longest, millisecond>(
        "max", "5m", "the longest time that anything cools"),
}};

constexpr Form cause_form{.shape = Form::Shape::word, .words = cause_words};

void read_causes(ConfigReader&, const ConfigValue& value, RetrySettings& into) {
  into.causes = {};
  for (const ConfigValue& each : value.items) {
    const auto word = std::find(cause_words.begin(), cause_words.end(), each.text);
    into.causes.add(static_cast<Cause>(word - cause_words.begin()));
  }
}

std::string shown(const Causes& causes) {
  std::string text;
  for (std::size_t i = 0; i < cause_count; ++i)
    if (causes.contains(static_cast<Cause>(i)))
      text.append(text.empty() ? "" : ", ").append(cause_words[i]);
  return text;
}

constexpr std::array<Member<RetrySettings>, 3> retry_rows{{
    {{.name = "attempts",
      .value = "2",
      .meaning = "targets that a request is sent to at most, the first included",
      .form = {.shape = Form::Shape::number, .least = 1, .most = RetrySettings::most_attempts}},
     [](ConfigReader&, const ConfigValue& value, RetrySettings& into) {
       into.attempts = parse_integer(value.text).value_or(1);
     },
     [](const RetrySettings& from) { return std::to_string(from.attempts); }},
    {{.name = "causes",
      .value = "",
      .meaning = "why another target is asked: `unsent`, `rate_limit`, `key`, `overloaded`, "
                 "`not_found`, `context`; and, though the first may have billed, `server_error`, "
                 "`timeout`, `reset`",
      .form = {.shape = Form::Shape::list, .least = 0, .most = cause_count, .each = &cause_form},
      .shown = "`[unsent, rate_limit, key, overloaded]`"},
     read_causes,
     [](const RetrySettings& from) { return shown(from.causes); }},
    duration_row<RetrySettings, &RetrySettings::wait_max, 0>(
        "wait_max", "2s",
        "the longest `Retry-After` that is waited out where no other target is free"),
}};

}  // namespace

std::vector<MemberFacts> timeout_members() {
  return facts_of(std::span<const Member<UpstreamTimeouts>>(timeout_rows));
}

std::vector<MemberFacts> cooldown_members() {
  return facts_of(std::span<const Member<CooldownSettings>>(cooldown_rows));
}

std::vector<MemberFacts> retry_members() {
  return facts_of(std::span<const Member<RetrySettings>>(retry_rows));
}

void read_timeouts(ConfigReader& reader, const ConfigValue& value, UpstreamTimeouts& into) {
  reader.object(value, std::span<const Member<UpstreamTimeouts>>(timeout_rows), into);
}

void read_cooldown(ConfigReader& reader, const ConfigValue& value, CooldownSettings& into) {
  reader.object(value, std::span<const Member<CooldownSettings>>(cooldown_rows), into);
}

void read_retry(ConfigReader& reader, const ConfigValue& value, RetrySettings& into) {
  reader.object(value, std::span<const Member<RetrySettings>>(retry_rows), into);
}

}  // namespace llmgw::proxy
