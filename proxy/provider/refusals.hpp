// SPDX-License-Identifier: MIT
// PURE: the models for which an upstream has refused what an edit added to their requests.
#pragma once

#include <variant>

#include "proxy/provider/model_table.hpp"

namespace llmgw::proxy {

/// Remembers a bounded number of them for a bounded time.
class Refusals {
 public:
  using Table = ModelTable<std::monostate>;
  using Clock = Table::Clock;

  static constexpr std::size_t capacity = Table::capacity;
  static constexpr auto lifetime = Table::lifetime;

  bool contains(std::string_view model, Clock::time_point now) noexcept {
    return models_.find(model, now) != nullptr;
  }
  void add(std::string_view model, Clock::time_point now) { models_.place(model, now); }

  std::size_t size() const noexcept { return models_.size(); }

 private:
  Table models_;
};

}  // namespace llmgw::proxy
