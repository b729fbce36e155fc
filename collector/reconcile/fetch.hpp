// SPDX-License-Identifier: MIT
// The reports of a provider over its API, whole or not at all.
#pragma once

#include <chrono>
#include <string>

#include "collector/reconcile/provider_reports.hpp"
#include "common/async/loop.hpp"
#include "common/async/task.hpp"
#include "common/secret.hpp"
#include "common/settings/http_url.hpp"

namespace llmgw::collector {

/// Where and with what.
struct ReportSource {
  Reporter reporter = Reporter::openai;
  HttpUrl server;
  std::string ca_pem;  ///< trusted beside the system store; may be empty
  Secret key;
};

/// Every page of every report, one after the other. 429 and 5xx are waited out as long as their
/// `Retry-After` says, and what was cut is asked for again; not for ever. The error is a phrase and
/// says nothing of the key.
class ReportFetch {
 public:
  static constexpr int attempts_a_page = 5;
  static constexpr std::chrono::seconds longest_wait{120};

  /// All outlive it. `settled`: see ReportPages.
  ReportFetch(Loop& loop, const ReportSource& source, const DaySpan& span, DayNumber settled,
              const ReportScope& scope)
      : loop_(loop), source_(source), span_(span), settled_(settled), scope_(scope) {}

  Task<Told<TheirReport>> run();

 private:
  class Connection;

  Task<Told<bool>> read_report(Connection& connection, const ReportKind& kind, TheirReport& into);

  Loop& loop_;
  const ReportSource& source_;
  DaySpan span_;
  DayNumber settled_;
  const ReportScope& scope_;
};

}  // namespace llmgw::collector
