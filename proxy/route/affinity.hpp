// SPDX-License-Identifier: MIT
// PURE: which conversation a request belongs to, so that all of it goes to the same target.
#pragma once

#include <cstdint>
#include <string_view>

namespace llmgw::proxy {

/// Equal for the requests of one conversation: by `prompt_cache_key` where the body has one, else
/// by the tenant and the begin of the body, which later turns of a conversation repeat.
std::uint64_t affinity_of(std::string_view tenant, std::string_view body) noexcept;

}  // namespace llmgw::proxy
