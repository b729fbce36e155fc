// SPDX-License-Identifier: MIT
// PURE: one exchange whose tokens are to be counted, with all that is needed for that.
#pragma once

#include <cstdint>
#include <optional>

#include "common/event/metering_event.hpp"
#include "common/text/bounded_string.hpp"
#include "proxy/estimate/held_text.hpp"
#include "proxy/tokens/model_family.hpp"

namespace llmgw::proxy {

/// Goes from a worker to the estimator. Its texts are wiped with it.
struct EstimateJob {
  std::optional<OpenEventLine> line = {};  ///< nothing: the exchange had usage, and only shows what
                                           ///< an estimate of it would have been worth
  UsageSource source = UsageSource::missing;  ///< as reported
  TokenCounts reported = {};
  EstimateFacts facts = {};  ///< billing, and what has been learned: what is told if counting fails
  const ModelFamily* family = nullptr;  ///< never null where it is sent
  HeldText request = {};                ///< its body, as it came
  HeldText answer = {};  ///< of a stream its pieces of text, each as inside of a JSON string and
                         ///< with a quote behind it; of any other answer its body
  std::optional<std::uint64_t> output_bytes = {};  ///< of a stream: of the text in all of its
                                                   ///< pieces, also those that were left out
  bool is_broken_off = false;                      ///< more may have been written than came
  BoundedString<max_event_text> model{};           ///< for metrics
};

}  // namespace llmgw::proxy
