// SPDX-License-Identifier: MIT
// PURE: Cooling: what is left alone for a while because it refused or failed.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/config/routing.hpp"

namespace llmgw::proxy {

/// One thing that may cool. Shared by all workers; of a thing that is well only one word is read.
class Cooling {
 public:
  using Clock = std::chrono::steady_clock;

  enum class Reason : std::uint8_t { none, limit, key, failures, not_found };

  /// Whether it may be used. One that failed is half open when its time is over: see admit().
  bool is_free(Clock::time_point now) const noexcept { return until_.load(relaxed) <= ticks(now); }
  /// Whether it may be used by the one who asks. Of one that is half open a single request at a
  /// time is let through, which `is_probe` then says; should that never tell how it went, the next
  /// one is let through after `patience`.
  bool admit(Clock::time_point now, std::chrono::nanoseconds patience, bool& is_probe) noexcept;

  /// Leaves it alone until then, or longer if that was said before.
  void block(Clock::time_point until, Reason reason) noexcept;
  /// The same for a time that is doubled each time, until note_success().
  void block_longer(Clock::time_point now, const CooldownSettings& terms, Reason reason) noexcept;
  /// Counts it; so many within the window and it is left alone. A probe that fails is enough.
  void note_failure(Clock::time_point now, const CooldownSettings& terms, bool is_probe) noexcept;
  /// It works. What was said by others meanwhile stands, unless this was the probe.
  void note_success(Clock::time_point now, bool is_probe) noexcept;
  /// Forgets what was said for that reason.
  void forget(Reason reason) noexcept;

  Clock::time_point until() const noexcept {
    return Clock::time_point(std::chrono::nanoseconds(until_.load(relaxed)));
  }
  Reason reason() const noexcept { return reason_.load(relaxed); }

 private:
  static constexpr std::memory_order relaxed = std::memory_order_relaxed;
  static std::int64_t ticks(Clock::time_point at) noexcept {
    return std::chrono::nanoseconds(at.time_since_epoch()).count();
  }
  void clear() noexcept;

  std::atomic<std::int64_t> until_{0};  // 0: it is well
  std::atomic<Reason> reason_{Reason::none};
  std::atomic<std::uint32_t> times_{0};     // blocked for longer each time, since it was well
  std::atomic<std::uint64_t> failures_{0};  // in the window
  std::atomic<std::int64_t> window_{0};     // its begin
};

/// A target by one of its provider's keys: it is free if all three are.
class TargetCooling {
 public:
  using Clock = Cooling::Clock;

  TargetCooling(std::shared_ptr<Cooling> key, std::shared_ptr<Cooling> target)
      : key_(std::move(key)), target_(std::move(target)) {}

  bool is_free(Clock::time_point now) const noexcept {
    return both_.is_free(now) && key_->is_free(now) && target_->is_free(now);
  }
  /// See Cooling::admit.
  bool admit(Clock::time_point now, const CooldownSettings& terms, bool& is_probe) noexcept;
  /// What an attempt has come to. `wait`: what the answer asks for.
  void note(Cause cause, std::optional<std::chrono::nanoseconds> wait, Clock::time_point now,
            const CooldownSettings& terms, bool is_probe) noexcept;

  struct State {
    Cooling::Reason reason = Cooling::Reason::none;  ///< none: it is free
    Clock::time_point until = {};
    bool is_half_open = false;
  };
  /// Of the three the one that cools for longest.
  State state(Clock::time_point now) const noexcept;

 private:
  std::shared_ptr<Cooling> key_;
  std::shared_ptr<Cooling> target_;
  Cooling both_;
};

/// All of them by name, so that what cools goes on cooling when settings change. Belongs to the
/// thread that makes the tables.
class CoolingBook {
 public:
  /// `key` is empty for a provider without keys, `model` for a target that takes any.
  std::shared_ptr<TargetCooling> of(std::string_view provider, std::string_view key,
                                    std::string_view model);
  /// New settings were read: keys that were refused may be other ones now, and what no table uses
  /// any more is forgotten.
  void renew();

  struct Entry {
    std::string provider;
    std::string target;  ///< its name within the provider
    std::shared_ptr<TargetCooling> cooling;
  };
  /// In the order of their names.
  std::vector<Entry> all() const;

 private:
  struct Name {
    std::string provider, key, model;
    auto operator<=>(const Name&) const = default;
  };
  std::shared_ptr<Cooling> part(Name name);

  std::map<Name, std::shared_ptr<Cooling>> parts_;  // of keys (without a model), of targets
  std::map<Name, std::shared_ptr<TargetCooling>> targets_;
};

/// `provider/key/model`, without what is empty: what events, metrics and --explain call a target.
std::string target_name(std::string_view provider, std::string_view key, std::string_view model);

}  // namespace llmgw::proxy
