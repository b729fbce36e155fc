// SPDX-License-Identifier: MIT
// PURE: what came of computing costs anew, by provider and model, and as text.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collector/query/answer.hpp"

namespace llmgw::collector {

/// Of events that were asked for.
struct RepriceCounts {
  std::uint64_t events = 0;
  std::uint64_t changed = 0;          ///< those whose cost is another one now
  std::uint64_t unpriced_before = 0;  ///< those that had no cost
  std::uint64_t unpriced_after = 0;
  WideInteger nano_usd_before = 0;
  WideInteger nano_usd_after = 0;

  void add(const std::optional<std::int64_t>& before, const std::optional<std::int64_t>& after);
  void add(const RepriceCounts& more);
};

class RepriceTally {
 public:
  /// Models are told apart up to so many: senders make their names up.
  static constexpr std::size_t most_models = 1'000;

  void add(std::string_view provider, std::string_view model,
           const std::optional<std::int64_t>& before, const std::optional<std::int64_t>& after);
  void add(const RepriceTally& more);

  const RepriceCounts& all() const noexcept { return all_; }
  /// A line for each model of which something changed, and one for all events. `is_dry`: it says
  /// what would be.
  std::vector<std::string> lines(bool is_dry) const;

 private:
  using Name = std::pair<std::string, std::string>;
  RepriceCounts& of(const Name& name);

  RepriceCounts all_;
  std::map<Name, RepriceCounts> models_;
};

}  // namespace llmgw::collector
