// SPDX-License-Identifier: MIT
// PURE: names and numbers.
#include "quota/rate_fields.hpp"

#include <algorithm>
#include <charconv>

#include "common/text/case_blind.hpp"

namespace llmgw::quota {
namespace {

using Names = std::array<std::string_view, 3>;

constexpr std::array<Names, 2> names{
    {{"x-ratelimit-limit-requests", "x-ratelimit-remaining-requests", "x-ratelimit-reset-requests"},
     {"x-ratelimit-limit-tokens", "x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens"}}};

// Which of the names tell of it; nothing of slots and money.
std::optional<std::size_t> unit_number(Unit unit) noexcept {
  switch (unit) {
    case Unit::requests: return 0;
    case Unit::tokens:
    case Unit::input_tokens:
    case Unit::output_tokens: return 1;
    default: return std::nullopt;
  }
}

Units remaining(const Caller::Entry& entry) noexcept {
  return std::clamp<Units>(entry.balance->units(), 0, entry.rule->limit);
}

double part_left(const Caller::Entry& entry) noexcept {
  return static_cast<double>(remaining(entry)) / static_cast<double>(entry.rule->limit);
}

template <class Text>
void append_number(Text& text, std::int64_t number) noexcept {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  text.append({digits, static_cast<std::size_t>(end - digits)});
}

}  // namespace

RateFields::RateFields(const Reservation& reservation) noexcept {
  std::array<const Caller::Entry*, names.size()> tightest{};
  const auto entries = reservation.caller().entries();
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const auto number = unit_number(entries[i].rule->unit);
    if (!number || !(entries[i].rule->models.empty() || reservation.has(i))) continue;
    const Caller::Entry*& best = tightest[*number];
    if (best == nullptr || part_left(entries[i]) < part_left(*best)) best = &entries[i];
  }
  for (std::size_t i = 0; i < tightest.size(); ++i)
    if (tightest[i] != nullptr) add(*tightest[i], i);
}

void RateFields::add(const Caller::Entry& entry, std::size_t unit) noexcept {
  told_ = static_cast<std::uint8_t>(told_ | 1U << unit);
  Field& limit = fields_[count_++];
  limit.name = names[unit][0];
  append_number(limit.value, entry.rule->limit);
  Field& left = fields_[count_++];
  left.name = names[unit][1];
  append_number(left.value, remaining(entry));
  if (entry.rule->period.kind != Period::Kind::rolling) return;
  Field& reset = fields_[count_++];
  reset.name = names[unit][2];
  reset.value = short_duration(entry.rule->time_for(entry.terms.burst - entry.balance->units()));
}

bool RateFields::replaces(std::string_view name) const noexcept {
  constexpr std::string_view begin = "x-ratelimit-";
  if (told_ == 0 || !starts_ignoring_case(name, begin)) return false;
  // Also what is not told of itself: the upstream's reset would belong to another limit.
  for (std::size_t i = 0; i < names.size(); ++i) {
    if ((told_ >> i & 1) == 0) continue;
    for (const std::string_view own : names[i])
      if (equals_ignoring_case(name, own)) return true;
  }
  return false;
}

BoundedString<24> short_duration(std::chrono::nanoseconds duration) noexcept {
  using namespace std::chrono_literals;
  BoundedString<24> text;
  if (duration < 1s) {
    append_number(text, std::chrono::ceil<std::chrono::milliseconds>(duration).count());
    text.append("ms");
    return text;
  }
  if (duration >= 1min) {
    std::int64_t seconds = std::chrono::ceil<std::chrono::seconds>(duration).count();
    for (const auto& [size, unit] :
         {std::pair(std::int64_t{3600}, "h"), std::pair(std::int64_t{60}, "m")}) {
      if (seconds < size && text.empty()) continue;
      append_number(text, seconds / size);
      text.append(unit);
      seconds %= size;
    }
    append_number(text, seconds);
    text.append("s");
    return text;
  }
  // Up to a minute by the hundredth.
  const std::int64_t hundredths =
      std::chrono::ceil<std::chrono::duration<std::int64_t, std::centi>>(duration).count();
  append_number(text, hundredths / 100);
  if (hundredths % 100 != 0) {
    text.append(".");
    append_number(text, hundredths / 10 % 10);
    if (hundredths % 10 != 0) append_number(text, hundredths % 10);
  }
  text.append("s");
  return text;
}

}  // namespace llmgw::quota
