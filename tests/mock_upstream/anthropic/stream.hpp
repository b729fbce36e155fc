// SPDX-License-Identifier: MIT
// PURE: Anthropic's streams.
#pragma once

#include "tests/mock_upstream/reply.hpp"
#include "tests/mock_upstream/stream_script.hpp"

namespace llmgw::mock::anthropic {

/// Named events from message_start to message_stop.
StreamScript script(const Call& call, const Reply& reply);

}  // namespace llmgw::mock::anthropic
