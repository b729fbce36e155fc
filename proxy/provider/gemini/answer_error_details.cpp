// SPDX-License-Identifier: MIT
// Members are looked for by name, whatever kind an element says to be.
#include "proxy/provider/gemini/answer_error_details.hpp"

#include <algorithm>
#include <array>

#include "proxy/provider/chat_answer/json_slices.hpp"

namespace llmgw::proxy {
namespace {

using chat_answer::members_of;
using chat_answer::text_of;

struct Field {
  std::string_view upstream;  // in small letters, without `_`
  std::string_view client;
};

constexpr std::array<Field, 21> fields{{
    {"generationconfig.temperature", "temperature"},
    {"generationconfig.topp", "top_p"},
    {"generationconfig.topk", "top_k"},
    {"generationconfig.maxoutputtokens", "max_completion_tokens"},
    {"generationconfig.stopsequences", "stop"},
    {"generationconfig.candidatecount", "n"},
    {"generationconfig.seed", "seed"},
    {"generationconfig.presencepenalty", "presence_penalty"},
    {"generationconfig.frequencypenalty", "frequency_penalty"},
    {"generationconfig.responselogprobs", "logprobs"},
    {"generationconfig.logprobs", "top_logprobs"},
    {"generationconfig.responsemimetype", "response_format"},
    {"generationconfig.responsejsonschema", "response_format"},
    {"generationconfig.responseschema", "response_format"},
    {"generationconfig.responsemodalities", "modalities"},
    {"generationconfig.thinkingconfig", "reasoning_effort"},
    {"systeminstruction", "messages"},
    {"contents", "messages"},
    {"toolconfig", "tool_choice"},
    {"tools", "tools"},
    {"model", "model"},
}};

// Both spellings of a name are in use, so `_` and case do not count.
bool begins_with(std::string_view field, std::string_view name) noexcept {
  for (const char c : field) {
    if (name.empty()) return c == '.' || c == '[';
    if (c == '_') continue;
    const char small = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
    if (small != name.front()) return false;
    name.remove_prefix(1);
  }
  return name.empty();
}

std::string_view client_name(std::string_view field) noexcept {
  const auto found = std::ranges::find_if(
      fields, [field](const Field& each) { return begins_with(field, each.upstream); });
  return found == fields.end() ? std::string_view() : found->client;
}

std::string_view violated_field(std::string_view violations) noexcept {
  constexpr std::array<std::string_view, 1> names{"field"};
  const auto first = chat_answer::JsonElements(violations).next();
  const auto members = members_of(first.value_or(std::string_view()), names);
  return members ? text_of(members->front()) : std::string_view();
}

// `34.4s`, up to a year; what is less than a millisecond counts as one.
std::optional<std::uint64_t> milliseconds_of(std::string_view duration) noexcept {
  constexpr std::uint64_t most_seconds = 31'536'000;
  if (!duration.ends_with('s')) return std::nullopt;
  duration.remove_suffix(1);
  const std::size_t point = std::min(duration.find('.'), duration.size());
  const auto seconds = chat_answer::count_of(duration.substr(0, point));
  if (!seconds) return std::nullopt;
  std::uint64_t milliseconds = std::min(*seconds, most_seconds) * 1000;
  std::uint64_t unit = 100;
  bool has_rest = false;
  for (const char c : duration.substr(std::min(point + 1, duration.size()))) {
    if (c < '0' || c > '9') return std::nullopt;
    milliseconds += unit * static_cast<std::uint64_t>(c - '0');
    has_rest = has_rest || (unit == 0 && c != '0');
    unit /= 10;
  }
  return milliseconds + (has_rest ? 1 : 0);
}

}  // namespace

GeminiErrorDetails read_gemini_error_details(std::string_view details) noexcept {
  constexpr std::array<std::string_view, 3> names{"reason", "fieldViolations", "retryDelay"};
  GeminiErrorDetails read;
  chat_answer::JsonElements elements(details);
  while (const auto element = elements.next()) {
    const auto members = members_of(*element, names);
    if (!members) continue;
    const auto& [reason, violations, delay] = *members;
    if (!reason.empty()) read.reason = text_of(reason);
    if (!violations.empty()) read.param = client_name(violated_field(violations));
    if (!delay.empty()) read.retry_after_ms = milliseconds_of(text_of(delay));
  }
  return read;
}

}  // namespace llmgw::proxy
