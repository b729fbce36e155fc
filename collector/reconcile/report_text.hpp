// SPDX-License-Identifier: MIT
// PURE: a comparison as text for people, as JSON, and as CSV.
#pragma once

#include <string>
#include <vector>

#include "collector/reconcile/compare.hpp"
#include "collector/reconcile/report_page.hpp"

namespace llmgw::collector {

/// What a comparison was made of.
struct ReportHead {
  Reporter reporter = Reporter::openai;
  DaySpan span;
  std::string scope;            ///< ReportScope::text()
  std::uint64_t tolerance = 0;  ///< millionths of a percent
  std::int64_t now = 0;         ///< when it was fetched, in milliseconds since 1970
};

std::string comparison_text(const ReportHead& head, const Comparison& comparison);
/// `{"provider":...,"days":[...]}`, with an object of day_json() for each day.
std::string comparison_json(const ReportHead& head, const Comparison& comparison);
std::string comparison_csv(const ReportHead& head, const Comparison& comparison);

/// One day of it, as it is stored: `{"provider":...,"day":...,"verdict":...,"items":[...]}`.
std::string day_json(const ReportHead& head, const Comparison& comparison, DayNumber day);

}  // namespace llmgw::collector
