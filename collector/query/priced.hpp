// SPDX-License-Identifier: MIT
// PURE: what the price table of this collector says of events and models.
#pragma once

#include <span>
#include <string>

#include "collector/query/answer.hpp"
#include "collector/query/model.hpp"
#include "pricing/prices.hpp"

namespace llmgw::collector {

/// Adds `cost_parts`, nano-USD by the kind of tokens, and `price`, the entry, where the event's
/// cost is what this very table comes to.
void add_cost_parts(const pricing::Prices& prices, StoredEvent& event);

/// `{"price_id":...,"items":[...],"entries":[...]}`. `rows`: usage by provider and model, of which
/// those with requests without a price are told. `prices`: null where there are none.
std::string prices_json(const Span& span, std::span<const UsageRow> rows,
                        const pricing::PricesPointer& prices, std::int64_t now);

}  // namespace llmgw::collector
