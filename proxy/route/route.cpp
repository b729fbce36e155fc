// SPDX-License-Identifier: MIT
// Smooth weighted round robin over what is free: of weights 5, 1 and 1 no two of the light ones
// come together, and none of the heavy one's five in a row is more than its share.
#include "proxy/route/route.hpp"

#include <algorithm>

namespace llmgw::proxy {

// The targets of the entry first, then those of its fallbacks and theirs, in order. Circles were
// refused where the settings were read.
template <class Visit>
bool Route::any_group(Visit visit) const {
  std::vector<RouteEntry*> path;  // only where there are fallbacks
  if (visit(*entry_)) return true;
  for (auto it = entry_->fallback.rbegin(); it != entry_->fallback.rend(); ++it)
    path.push_back(&(*entries_)[*it]);
  std::size_t left = 64;  // groups of one request, however entries lead to each other
  while (!path.empty() && left-- > 0) {
    RouteEntry* const group = path.back();
    path.pop_back();
    if (visit(*group)) return true;
    for (auto it = group->fallback.rbegin(); it != group->fallback.rend(); ++it)
      path.push_back(&(*entries_)[*it]);
  }
  return false;
}

Route::Choice Route::take(Clock::time_point now) {
  Choice choice;
  if (!may_go_on()) return choice;
  any_group([&](RouteEntry& group) {
    choice = take_from(group, now);
    return choice.candidate != nullptr;
  });
  if (choice.candidate != nullptr) asked_[count_++] = choice.candidate;
  return choice;
}

// Another worker may take the one probe of a candidate between looking and taking.
Route::Choice Route::take_from(Group& group, Clock::time_point now) {
  for (std::size_t tries = group.candidates.size(); tries > 0; --tries) {
    Candidate* found = next_of({group, false}, now);
    if (found == nullptr && !behind_.empty()) found = next_of({group, true}, now);
    if (found == nullptr) break;
    bool is_probe = false;
    if (found->cooling == nullptr || found->cooling->admit(now, found->terms, is_probe))
      return {found, model_for(group, *found), is_probe};
  }
  return {};
}

Candidate* Route::next_of(const Part& part, Clock::time_point now) const noexcept {
  if (Candidate* const kept = kept_of(part, now)) return kept;
  Candidate* best = nullptr;
  Candidate* spare = nullptr;
  std::int64_t total = 0;
  for (Candidate& each : part.group.candidates) {
    if (!is_in(part, each) || !may_take(each, now)) continue;
    if (each.weight == 0) {
      if (spare == nullptr) spare = &each;
      continue;
    }
    each.turn += static_cast<std::int64_t>(each.weight);
    total += static_cast<std::int64_t>(each.weight);
    if (best == nullptr || each.turn > best->turn) best = &each;
  }
  if (best == nullptr) return spare;
  best->turn -= total;
  return best;
}

// One conversation stays with one candidate, in shares of their weights, as long as that is free.
Candidate* Route::kept_of(const Part& part, Clock::time_point now) const noexcept {
  if (!affinity_) return nullptr;
  std::uint64_t total = 0;
  for (const Candidate& each : part.group.candidates)
    if (is_in(part, each)) total += each.weight;
  if (total == 0) return nullptr;
  std::uint64_t place = *affinity_ % total;
  for (Candidate& each : part.group.candidates) {
    if (!is_in(part, each)) continue;
    if (place < each.weight) return may_take(each, now) ? &each : nullptr;
    place -= each.weight;
  }
  return nullptr;
}

bool Route::is_in(const Part& part, const Candidate& candidate) const noexcept {
  return (!behind_.empty() && behind_[candidate.upstream]) == part.is_behind;
}

bool Route::has_more(Clock::time_point now) const noexcept {
  return may_go_on() && any_group([&](const RouteEntry& group) {
           return std::any_of(group.candidates.begin(), group.candidates.end(),
                              [&](const Candidate& each) { return may_take(each, now); });
         });
}

bool Route::has_any() const noexcept {
  return any_group([&](const RouteEntry& group) {
    return std::any_of(group.candidates.begin(), group.candidates.end(),
                       [&](const Candidate& each) { return !is_left_out(each); });
  });
}

Route::Wait Route::wait(Clock::time_point now) const noexcept {
  Wait wait{std::chrono::nanoseconds::max(), true};
  any_group([&](const RouteEntry& group) {
    for (const Candidate& each : group.candidates) {
      if (is_left_out(each) || each.cooling == nullptr) continue;
      const auto state = each.cooling->state(now);
      wait.until_free = std::min(wait.until_free, state.until - now);
      wait.is_limit &= state.reason == Cooling::Reason::limit;
    }
    return false;
  });
  return wait;
}

void Route::for_each(
    const std::function<void(const Candidate&, std::string_view model)>& visit) const {
  any_group([&](const RouteEntry& group) {
    for (const Candidate& each : group.candidates)
      if (!is_left_out(each)) visit(each, model_for(group, each));
    return false;
  });
}

std::vector<Route::Choice> Route::all() const {
  std::vector<Choice> all;
  for_each([&all](const Candidate& candidate, std::string_view model) {
    all.push_back({&candidate, model, false});
  });
  return all;
}

bool Route::asks_by_name(std::size_t upstream, std::string_view model) const noexcept {
  const auto& all = first_->candidates;
  return std::any_of(all.begin(), all.end(), [&](const Candidate& each) {
    const std::string_view name = model_for(*first_, each);
    return each.upstream == upstream && !is_left_out(each) && (name.empty() || name == model);
  });
}

void Route::leave_out(const std::vector<bool>& upstreams) {
  if (left_out_ == nullptr) left_out_ = std::make_unique<std::vector<bool>>(upstreams.size());
  for (std::size_t i = 0; i < upstreams.size(); ++i)
    if (upstreams[i]) (*left_out_)[i] = true;
}

bool Route::may_take(const Candidate& candidate, Clock::time_point now) const noexcept {
  return !was_asked(candidate) && !is_left_out(candidate) &&
         (candidate.cooling == nullptr || candidate.cooling->is_free(now));
}

bool Route::was_asked(const Candidate& candidate) const noexcept {
  return std::find(asked_.begin(), asked_.begin() + count_, &candidate) != asked_.begin() + count_;
}

bool Route::is_left_out(const Candidate& candidate) const noexcept {
  return left_out_ != nullptr && (*left_out_)[candidate.upstream];
}

// The name of an entry that was reached by fallback is what its targets are asked for, unless they
// rename.
std::string_view Route::model_for(const Group& group, const Candidate& candidate) const noexcept {
  if (!candidate.model.empty()) return candidate.model;
  return &group == entry_ ? model_ : std::string_view(group.name);
}

}  // namespace llmgw::proxy
