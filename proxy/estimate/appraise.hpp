// SPDX-License-Identifier: MIT
// PURE: counts what an exchange without usage was.
#pragma once

#include "proxy/estimate/job.hpp"

namespace llmgw::proxy {

/// By the tokenizer of the model's family; nothing where the request is not there whole, is no
/// request that can be counted, or memory is refused. Takes time: a megabyte of hostile text a
/// quarter of a second.
std::optional<EstimateFacts> appraise(const EstimateJob& job) noexcept;

/// What an event is told of a job whose texts were counted, or were not: then what was learned.
/// Where there is neither, nothing is estimated.
struct Appraisal {
  UsageSource source = UsageSource::missing;
  EstimateFacts facts;
};
Appraisal conclude(const EstimateJob& job, const std::optional<EstimateFacts>& counted) noexcept;

}  // namespace llmgw::proxy
