// SPDX-License-Identifier: MIT
// What the store has of a provider's days, by the sums of every store.
#pragma once

#include "collector/query/reader.hpp"
#include "collector/reconcile/report_page.hpp"

namespace llmgw::collector {

/// By model. Events that name none are left out: no provider bills them. Errors are the reader's,
/// and errc::body_too_large for a day of too many models. Blocks, for each day as long as
/// `patience`.
Result<OurReport> read_ours(Reader& reader, Reporter reporter, const DaySpan& span,
                            std::chrono::nanoseconds patience);

}  // namespace llmgw::collector
