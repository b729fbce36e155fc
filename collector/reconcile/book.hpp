// SPDX-License-Identifier: MIT
// ReconciliationBook: where comparisons are kept with the store that they are about.
#pragma once

#include <memory>
#include <string>

#include "collector/config.hpp"
#include "collector/reconcile/figures.hpp"
#include "common/error.hpp"

namespace llmgw::collector {

/// One day of one provider, as it was compared last.
struct KeptDay {
  std::string provider;
  DayNumber day = 0;
  std::string scope;    ///< of which part of the organisation; empty: of all
  std::int64_t at = 0;  ///< when, in milliseconds since 1970
  std::string report;   ///< day_json()
};

/// Read by Reader::reconciliations(). Used by one thread; blocks.
class ReconciliationBook {
 public:
  virtual ~ReconciliationBook() = default;
  /// In the place of what was kept of the same provider, day and scope.
  virtual Result<void> keep(const KeptDay& day) = 0;
};

/// That of the store of the settings. Errors are the kind's own; std::errc::protocol_not_supported
/// where this store keeps none.
Result<std::unique_ptr<ReconciliationBook>> open_book(const Config& config);

}  // namespace llmgw::collector
