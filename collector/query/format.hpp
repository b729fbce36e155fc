// SPDX-License-Identifier: MIT
// PURE: answers as JSON and as CSV (RFC 4180).
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "collector/query/answer.hpp"
#include "collector/query/model.hpp"

namespace llmgw::collector {

/// `{"from":...,"items":[...],"totals":{...}}`. `now`: until when it is complete, in milliseconds
/// since 1970. `next`: the cursor; empty: there is no more.
std::string usage_json(const UsageQuery& query, const UsageAnswer& answer, std::int64_t now,
                       std::string_view next);
std::string latency_json(const LatencyQuery& query, std::span<const LatencyRow> rows,
                         std::int64_t now);
std::string events_json(const EventsAnswer& answer, std::string_view next);
std::string event_json(const StoredEvent& event);
std::string values_json(std::string_view field, std::span<const std::string> values);
std::string facts_json(const StoreFacts& facts);
/// `reports`: objects of JSON, as they were kept.
std::string reconciliations_json(const ReconciliationQuery& query,
                                 std::span<const std::string> reports);

/// A row of an answer on usage, as in its items.
std::string usage_row_json(const UsageQuery& query, const UsageRow& row);

/// Lines with their line ends. A cell that a spreadsheet would take for a formula gets a quote in
/// front.
std::string usage_csv_head(const UsageQuery& query);
std::string usage_csv_row(const UsageQuery& query, const UsageRow& row);
std::string event_csv_head();
std::string event_csv_row(const StoredEvent& event);

/// Micro-USD of nano-USD, rounded half to even.
WideInteger micro_usd(WideInteger nano_usd) noexcept;
std::string decimal(WideInteger number);
/// `2026-11-23T08:30:00.123Z`.
std::string time_text(std::int64_t milliseconds);

}  // namespace llmgw::collector
