// SPDX-License-Identifier: MIT
// PURE: what an upstream has shown of its models by refusing something.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace llmgw::proxy {

/// A value for each of a bounded number of models, for a bounded time; the model not asked about
/// for longest makes way.
template <class Value>
class ModelTable {
 public:
  using Clock = std::chrono::steady_clock;

  static constexpr std::size_t capacity = 256;
  static constexpr std::chrono::hours lifetime{4};  // upstreams learn, and models move

  /// Null for none. Good until the next call of place().
  const Value* find(std::string_view model, Clock::time_point now) noexcept {
    Entry* const found = entry_of(model);
    if (found == nullptr || found->until <= now) return nullptr;
    found->used_at = now;
    return &found->value;
  }

  /// The model's value, for a whole lifetime from now on; one that was forgotten begins anew. Good
  /// until the next call.
  Value& place(std::string_view model, Clock::time_point now) {
    Entry* place = entry_of(model);
    const bool is_known = place != nullptr && place->until > now;
    if (place == nullptr && entries_.size() == capacity) {
      place = &entries_.front();
      for (Entry& each : entries_) {
        if (each.used_at < place->used_at) place = &each;
      }
    }
    if (place == nullptr) place = &entries_.emplace_back();
    if (!is_known) *place = {std::hash<std::string_view>{}(model), std::string(model), {}, {}, {}};
    place->until = now + lifetime;
    place->used_at = now;
    return place->value;
  }

  std::size_t size() const noexcept { return entries_.size(); }

 private:
  struct Entry {
    std::size_t hash = 0;
    std::string model;
    Value value;
    Clock::time_point until;
    Clock::time_point used_at;
  };

  Entry* entry_of(std::string_view model) noexcept {
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
