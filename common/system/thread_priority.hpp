// SPDX-License-Identifier: MIT
// How the calling thread shares its processor with others of this process.
#pragma once

#include "common/error.hpp"

namespace llmgw {

/// It does not interrupt a thread that serves traffic, and gets a tenth of what such a thread gets
/// where both want to run; alone it gets all. An error of the system where that is refused.
Result<void> give_way_to_others() noexcept;

}  // namespace llmgw
