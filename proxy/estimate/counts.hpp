// SPDX-License-Identifier: MIT
// PURE: what has been estimated, and how.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "common/event/metering_event.hpp"
#include "common/metrics/counter.hpp"
#include "common/metrics/histogram.hpp"

namespace llmgw::proxy {

/// Why an estimate is of its method.
enum class EstimateReason : std::uint8_t {
  counted,       ///< by a tokenizer
  no_tokenizer,  ///< none of the model's is public, or METERING_ESTIMATE=learned
  not_held,      ///< the text was beyond its bound, or never came whole
  behind,        ///< the estimator had too much to do
  uncountable,   ///< what was held is no request that can be counted
};
inline constexpr std::array<std::string_view, 5> estimate_reasons{
    "counted", "no_tokenizer", "not_held", "behind", "uncountable"};
inline constexpr std::array<std::string_view, 4> estimate_methods{"none", "bpe", "bpe_parts",
                                                                  "learned"};

/// Of exchanges without usage, by method and reason. Written by one thread.
struct EstimateCounts {
  std::array<std::array<Counter, estimate_reasons.size()>, estimate_methods.size()> made;

  void note(EstimateMethod method, EstimateReason reason) noexcept {
    made[static_cast<std::size_t>(method)][static_cast<std::size_t>(reason)].add();
  }
};

/// What counting the tokens of one exchange takes.
inline constexpr std::array<double, 9> appraisal_bounds{0.00001, 0.0001, 0.0005, 0.001, 0.005,
                                                        0.01,    0.05,   0.1,    1};
using AppraisalHistogram = Histogram<appraisal_bounds.size(), appraisal_bounds>;

}  // namespace llmgw::proxy
