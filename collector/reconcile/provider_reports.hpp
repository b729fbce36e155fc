// SPDX-License-Identifier: MIT
// PURE: what is asked of each provider, and what its answers mean.
#pragma once

#include <string>
#include <vector>

#include "collector/reconcile/report_page.hpp"

namespace llmgw::collector {

/// Of which part of an organisation reports are asked for; empty: of all of it.
struct ReportScope {
  std::vector<std::string> projects;    ///< OpenAI's
  std::vector<std::string> workspaces;  ///< Anthropic's
  std::vector<std::string> api_keys;    ///< ids

  /// `projects=a,b api_keys=c`; empty: all of it.
  std::string text() const;
};

/// One report: where it lies, and how a day of it is read.
struct ReportKind {
  std::string target;  ///< path and query, but for `page`
  bool may_be_absent;  ///< a server that does not know it, 404, has nothing of that kind
  /// Adds an element of `results`; what is wrong with it, or nothing.
  std::string (*add)(std::string_view result, DayNumber day, const ReportScope& scope,
                     TheirReport& into);
};

/// In the order in which they are asked for.
std::vector<ReportKind> reports_of(Reporter reporter, const DaySpan& span,
                                   const ReportScope& scope);

/// With what is in `page`.
std::string target_of_page(const ReportKind& kind, std::string_view page);

std::string percent_encoded(std::string_view text);

}  // namespace llmgw::collector
