// SPDX-License-Identifier: MIT
// Words that several threads write at once: whoever comes last decides nothing but how long.
#include "proxy/route/cooling.hpp"

#include <algorithm>

namespace llmgw::proxy {

bool Cooling::admit(Clock::time_point now, std::chrono::nanoseconds patience,
                    bool& is_probe) noexcept {
  std::int64_t until = until_.load(relaxed);
  if (until == 0) return true;
  if (until > ticks(now)) return false;
  if (reason() != Reason::failures) return true;
  is_probe = until_.compare_exchange_strong(until, ticks(now + patience), relaxed);
  return is_probe;
}

// A later time replaces an earlier one, never the reverse.
void Cooling::block(Clock::time_point until, Reason reason) noexcept {
  std::int64_t now = until_.load(relaxed);
  const std::int64_t then = ticks(until);
  while (now < then) {
    if (!until_.compare_exchange_weak(now, then, relaxed)) continue;
    reason_.store(reason, relaxed);
    return;
  }
}

void Cooling::block_longer(Clock::time_point now, const CooldownSettings& terms,
                           Reason reason) noexcept {
  constexpr std::uint32_t most_doublings = 20;
  const std::uint32_t times = std::min(times_.fetch_add(1, relaxed), most_doublings);
  const auto whole = std::min(terms.open.count(), terms.longest.count() >> times) << times;
  block(now + std::min(std::chrono::nanoseconds(whole), terms.longest), reason);
}

void Cooling::note_failure(Clock::time_point now, const CooldownSettings& terms,
                           bool is_probe) noexcept {
  if (terms.failures == 0) return;
  if (is_probe) {
    until_.store(ticks(now), relaxed);  // what was set for its own time
    return block_longer(now, terms, Reason::failures);
  }
  if (window_.load(relaxed) + terms.window.count() < ticks(now)) {
    window_.store(ticks(now), relaxed);
    failures_.store(0, relaxed);
  }
  if (failures_.fetch_add(1, relaxed) + 1 < terms.failures) return;
  failures_.store(0, relaxed);
  if (is_free(now)) block_longer(now, terms, Reason::failures);
}

void Cooling::note_success(Clock::time_point now, bool is_probe) noexcept {
  if (failures_.load(relaxed) != 0) failures_.store(0, relaxed);
  const std::int64_t until = until_.load(relaxed);
  if (until == 0) return;
  const bool is_over = until <= ticks(now) && reason() != Reason::failures;
  if (is_probe || is_over) clear();
}

void Cooling::forget(Reason reason) noexcept {
  if (this->reason() == reason) clear();
}

void Cooling::clear() noexcept {
  times_.store(0, relaxed);
  reason_.store(Reason::none, relaxed);
  until_.store(0, relaxed);
}

bool TargetCooling::admit(Clock::time_point now, const CooldownSettings& terms,
                          bool& is_probe) noexcept {
  if (!both_.is_free(now) || !key_->is_free(now)) return false;
  return target_->admit(now, terms.open, is_probe);
}

void TargetCooling::note(Cause cause, std::optional<std::chrono::nanoseconds> wait,
                         Clock::time_point now, const CooldownSettings& terms,
                         bool is_probe) noexcept {
  switch (cause) {
    case Cause::rate_limit:
      if (!wait) {
        both_.block_longer(now, terms, Cooling::Reason::limit);
      } else {
        both_.block(now + std::min(*wait, terms.longest), Cooling::Reason::limit);
      }
      break;
    case Cause::key: key_->block(now + terms.longest, Cooling::Reason::key); break;
    case Cause::not_found: target_->block(now + terms.longest, Cooling::Reason::not_found); return;
    case Cause::unsent:
    case Cause::overloaded:
    case Cause::server_error:
    case Cause::timeout:
    case Cause::reset: return target_->note_failure(now, terms, is_probe);
    case Cause::context:
    case Cause::none:
      both_.note_success(now, false);
      key_->note_success(now, false);
      break;
  }
  // It answers, so it is no longer down.
  target_->note_success(now, is_probe);
}

TargetCooling::State TargetCooling::state(Clock::time_point now) const noexcept {
  State state;
  for (const Cooling* each :
       std::initializer_list<const Cooling*>{key_.get(), target_.get(), &both_}) {
    if (each->is_free(now)) {
      state.is_half_open |= each->reason() == Cooling::Reason::failures;
    } else if (each->until() > state.until) {
      state.reason = each->reason();
      state.until = each->until();
    }
  }
  return state;
}

std::shared_ptr<Cooling> CoolingBook::part(Name name) {
  auto& found = parts_[std::move(name)];
  if (found == nullptr) found = std::make_shared<Cooling>();
  return found;
}

std::shared_ptr<TargetCooling> CoolingBook::of(std::string_view provider, std::string_view key,
                                               std::string_view model) {
  const Name name{std::string(provider), std::string(key), std::string(model)};
  auto& found = targets_[name];
  // A key without a model, and a target without a key: no key is called `*`.
  if (found == nullptr)
    found = std::make_shared<TargetCooling>(part({name.provider, name.key, {}}),
                                            part({name.provider, "*", name.model}));
  return found;
}

void CoolingBook::renew() {
  for (const auto& [name, each] : parts_) each->forget(Cooling::Reason::key);
  std::erase_if(targets_, [](const auto& each) { return each.second.use_count() == 1; });
  std::erase_if(parts_, [](const auto& each) { return each.second.use_count() == 1; });
}

std::vector<CoolingBook::Entry> CoolingBook::all() const {
  std::vector<Entry> entries;
  for (const auto& [name, each] : targets_)
    entries.push_back({name.provider, target_name({}, name.key, name.model), each});
  return entries;
}

std::string target_name(std::string_view provider, std::string_view key, std::string_view model) {
  std::string name;
  for (const std::string_view part : {provider, key, model})
    if (!part.empty()) name.append(name.empty() ? "" : "/").append(part);
  return name;
}

}  // namespace llmgw::proxy
