// SPDX-License-Identifier: MIT
// PURE: the targets that may answer one request, and whose turn it is.
#pragma once

#include <array>
#include <cassert>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/config/routing.hpp"
#include "proxy/route/cooling.hpp"
#include "proxy/route/target_counts.hpp"

namespace llmgw::proxy {

/// A target by one of its provider's keys, as one worker uses it.
struct Candidate {
  std::size_t upstream = 0;  ///< its number
  std::size_t key = 0;       ///< its number among those of the upstream
  std::string model = {};    ///< what the provider calls it; empty: as asked
  std::string name = {};     ///< for events and people
  std::uint64_t weight = 1;
  std::int64_t turn = 0;  ///< smooth weighted round robin: how much it is due
  std::shared_ptr<TargetCooling> cooling = nullptr;  ///< null: it never cools
  CooldownSettings terms = {};
  TranslationSettings translation = {};
  TargetCounts* counts = nullptr;  ///< null: nobody counts
};

/// What a name leads to.
struct RouteEntry {
  std::string name = {};  ///< of the model or the route; empty: of a provider by itself
  std::vector<Candidate> candidates = {};
  std::vector<std::size_t> fallback = {};  ///< numbers of entries
  RetrySettings retry = {};
  bool has_affinity = false;
  bool drops_unsupported = false;
  bool prefers_native = false;
};

enum class RouteReason : std::uint8_t;

/// Candidates in the order in which they are to be asked, each at most once. Lives with its
/// exchange, and no longer than the table that made it.
class Route {
 public:
  using Clock = Cooling::Clock;

  Route() noexcept = default;
  Route(std::vector<RouteEntry>& entries, std::size_t entry, RouteReason reason) noexcept
      : entries_(&entries), entry_(&entries[entry]), first_(entry_), reason_(reason) {}

  struct Choice {
    const Candidate* candidate = nullptr;  ///< null: none is free
    std::string_view model = {};           ///< to be named to the provider; empty: as asked
    bool is_probe = false;                 ///< how it goes has to be told to its cooling
  };

  /// Whose turn it is; it counts as asked from now on.
  Choice take(Clock::time_point now);
  /// Whether take() would find one.
  bool has_more(Clock::time_point now) const noexcept;
  /// Whether one more attempt is allowed at all.
  bool may_go_on() const noexcept { return count_ < retry().attempts; }
  /// Whether a request may have to be sent more than once.
  bool may_repeat() const noexcept { return retry().attempts > 1 && !retry().causes.is_empty(); }
  /// The last one asked counts once more.
  void count_again() noexcept { ++count_; }

  const RetrySettings& retry() const noexcept { return first_->retry; }
  std::string_view name() const noexcept { return first_->name; }
  RouteReason reason() const noexcept { return reason_; }
  bool has_affinity() const noexcept { return first_->has_affinity; }
  bool drops_unsupported() const noexcept { return first_->drops_unsupported; }
  /// Where among the candidates to begin: equal numbers, equal place.
  void begin_at(std::uint64_t number) noexcept { affinity_ = number; }
  /// What was asked for is to be called so, where a candidate says nothing else. `model` outlives
  /// the route.
  void rename(std::string_view model) noexcept { model_ = model; }
  /// Targets of these upstreams are left out, with those that were left out before.
  void leave_out(const std::vector<bool>& upstreams);
  bool has_any() const noexcept;
  bool prefers_native() const noexcept { return first_->prefers_native; }
  /// Of each entry, targets of these upstreams come behind its others.
  void put_behind(std::vector<bool> upstreams) { behind_ = std::move(upstreams); }

  /// Why none is free: when the first one will be, and whether it is limits alone that keep them.
  struct Wait {
    std::chrono::nanoseconds until_free{};
    bool is_limit = true;
  };
  Wait wait(Clock::time_point now) const noexcept;

  /// Whether that upstream may be asked first, for that model. What is asked after the failure of
  /// another name does not count.
  bool asks_by_name(std::size_t upstream, std::string_view model) const noexcept;

  /// Visits all of them in the order of the settings, with the model that each would be asked for;
  /// empty: as asked.
  void for_each(const std::function<void(const Candidate&, std::string_view model)>& visit) const;
  /// The same as a list, for answers and people.
  std::vector<Choice> all() const;

 private:
  using Group = RouteEntry;
  bool may_take(const Candidate& candidate, Clock::time_point now) const noexcept;
  bool was_asked(const Candidate& candidate) const noexcept;
  bool is_left_out(const Candidate& candidate) const noexcept;
  Choice take_from(Group& group, Clock::time_point now);
  /// Of one group, those that come behind, or the others.
  struct Part {
    Group& group;
    bool is_behind;
  };
  Candidate* next_of(const Part& part, Clock::time_point now) const noexcept;
  Candidate* kept_of(const Part& part, Clock::time_point now) const noexcept;
  bool is_in(const Part& part, const Candidate& candidate) const noexcept;
  std::string_view model_for(const Group& group, const Candidate& candidate) const noexcept;
  template <class Visit>
  bool any_group(Visit visit) const;

  std::vector<RouteEntry>* entries_ = nullptr;
  RouteEntry* entry_ = nullptr;
  const RouteEntry* first_ = nullptr;
  std::string_view model_;
  std::unique_ptr<std::vector<bool>> left_out_;
  std::vector<bool> behind_;  // empty: none
  std::optional<std::uint64_t> affinity_;
  std::array<const Candidate*, RetrySettings::most_attempts> asked_{};
  std::uint8_t count_ = 0;
  RouteReason reason_{};
};

}  // namespace llmgw::proxy
