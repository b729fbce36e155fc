// SPDX-License-Identifier: MIT
// What the kernel holds of a connection.
#pragma once

namespace llmgw {

/// Bytes that were sent and that the peer's kernel has not taken yet.
int bytes_in_send_queue(int socket) noexcept;

}  // namespace llmgw
