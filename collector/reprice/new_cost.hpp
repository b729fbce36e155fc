// SPDX-License-Identifier: MIT
// PURE: what a stored event costs by another table of prices, and how that is kept with it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/event/metering_event.hpp"
#include "pricing/prices.hpp"

namespace llmgw::collector {

/// What of a stored event decides about its cost. Texts have their owner elsewhere.
struct BilledEvent {
  std::string_view tenant, provider, model, request_model, target, service_tier;
  TokenCounts tokens;
  std::int64_t time = 0;  ///< at which it ended, in milliseconds since 1970
};

struct NewCost {
  std::optional<std::int64_t> nano_usd = {};  ///< nothing: not known, or more than a column takes
  bool is_assumed = false;                    ///< see pricing::Cost
};

NewCost new_cost_of(const pricing::Prices& prices, const BilledEvent& event) noexcept;

/// The members that an event has beside its columns (see EventRow::rest), with what belongs to the
/// new cost and without what belonged to the old one.
std::string rest_with_cost(std::string_view rest, bool is_assumed);

/// What stands in `rest` in the place of what a column says: of a name a text, or a count.
class RestMembers {
 public:
  explicit RestMembers(std::string_view rest) : object_("{" + std::string(rest) + "}") {}

  /// `column`, unless the rest has a text of that name.
  std::string text(std::string_view name, std::string_view column) const;
  /// The same of a count.
  std::optional<std::uint64_t> count(std::string_view name,
                                     std::optional<std::uint64_t> column) const;

 private:
  std::string object_;
};

}  // namespace llmgw::collector
