// SPDX-License-Identifier: MIT
// PURE: the models for which an upstream has refused what an edit added to their requests.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace llmgw::proxy {

/// Remembers a bounded number of them for a bounded time; the one not asked about for longest makes
/// way.
class Refusals {
 public:
  using Clock = std::chrono::steady_clock;

  static constexpr std::size_t capacity = 256;
  static constexpr std::chrono::hours lifetime{4};  // upstreams learn, and models move

  bool contains(std::string_view model, Clock::time_point now) noexcept {
    Entry* const found = find(model);
    if (found == nullptr || found->until <= now) return false;
    found->used_at = now;
    return true;
  }

  void add(std::string_view model, Clock::time_point now) {
    Entry* place = find(model);
    if (place == nullptr && entries_.size() == capacity) {
      place = &entries_.front();
      for (Entry& each : entries_) {
        if (each.used_at < place->used_at) place = &each;
      }
    }
    if (place == nullptr) place = &entries_.emplace_back();
    *place = {std::hash<std::string_view>{}(model), std::string(model), now + lifetime, now};
  }

  std::size_t size() const noexcept { return entries_.size(); }

 private:
  struct Entry {
    std::size_t hash = 0;
    std::string model;
    Clock::time_point until;
    Clock::time_point used_at;
  };

  Entry* find(std::string_view model) noexcept {
    if (entries_.empty()) return nullptr;
    const std::size_t hash = std::hash<std::string_view>{}(model);
    for (Entry& each : entries_) {
      if (each.hash == hash && each.model == model) return &each;
    }
    return nullptr;
  }

  std::vector<Entry> entries_;
};

}  // namespace llmgw::proxy
