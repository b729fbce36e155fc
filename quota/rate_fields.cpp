// SPDX-License-Identifier: MIT
// PURE: names and numbers.
#include "quota/rate_fields.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>

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

Units left_in(const Caller::Entry& entry) noexcept {
  return entry.lent != nullptr ? left_of(*entry.lent, entry.terms.burst) : entry.balance->units();
}

Units remaining(const Caller::Entry& entry) noexcept {
  return std::clamp<Units>(left_in(entry), 0, entry.rule->limit);
}

double part_left(const Caller::Entry& entry) noexcept {
  return static_cast<double>(remaining(entry)) / static_cast<double>(entry.rule->limit);
}

constexpr std::size_t longest_number = 20;

char* write_number(char* at, std::int64_t number) noexcept {
  return std::to_chars(at, at + longest_number, number).ptr;
}

char* write_text(char* at, std::string_view text) noexcept {
  std::memcpy(at, text.data(), text.size());
  return at + text.size();
}

// Hours and minutes, where there are some, and seconds.
char* write_long(char* at, std::int64_t seconds) noexcept {
  constexpr std::int64_t hour = 3600;
  constexpr std::int64_t minute = 60;
  if (seconds >= hour) *(at = write_number(at, seconds / hour))++ = 'h';
  *(at = write_number(at, seconds % hour / minute))++ = 'm';
  *(at = write_number(at, seconds % minute))++ = 's';
  return at;
}

// By the hundredth of a second.
char* write_short(char* at, std::int64_t hundredths) noexcept {
  at = write_number(at, hundredths / 100);
  if (hundredths % 100 != 0) {
    *at++ = '.';
    *at++ = static_cast<char>('0' + hundredths / 10 % 10);
    if (hundredths % 10 != 0) *at++ = static_cast<char>('0' + hundredths % 10);
  }
  *at++ = 's';
  return at;
}

constexpr std::size_t longest_duration = 24;

char* write_duration(char* at, std::chrono::nanoseconds duration) noexcept {
  using namespace std::chrono_literals;
  using Hundredths = std::chrono::duration<std::int64_t, std::centi>;
  if (duration < 1s) {
    at = write_number(at, std::chrono::ceil<std::chrono::milliseconds>(duration).count());
    return write_text(at, "ms");
  }
  if (duration < 1min) return write_short(at, std::chrono::ceil<Hundredths>(duration).count());
  return write_long(at, std::chrono::ceil<std::chrono::seconds>(duration).count());
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
  end_line(write_number(begin_line(names[unit][0]), entry.rule->limit));
  end_line(write_number(begin_line(names[unit][1]), remaining(entry)));
  if (entry.rule->period.kind != Period::Kind::rolling) return;
  const auto wait = entry.rule->time_for(entry.terms.burst - left_in(entry));
  end_line(write_duration(begin_line(names[unit][2]), wait));
}

// Where its value is to be written.
char* RateFields::begin_line(std::string_view name) noexcept {
  char* const line = lines_.data() + size_;
  char* const value = write_text(write_text(line, name), ": ");
  fields_[count_] = {{line, name.size()}, {value, 0}};
  return value;
}

void RateFields::end_line(char* end) noexcept {
  Field& field = fields_[count_++];
  field.value = {field.value.data(), static_cast<std::size_t>(end - field.value.data())};
  size_ = static_cast<std::size_t>(write_text(end, "\r\n") - lines_.data());
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
  char text[longest_duration];
  char* const end = write_duration(text, duration);
  return BoundedString<24>({text, static_cast<std::size_t>(end - text)});
}

}  // namespace llmgw::quota
