// SPDX-License-Identifier: MIT
// Errors of sockets in our terms.
#pragma once

#include "common/error.hpp"

namespace llmgw {

/// The error that an errno of a socket call stands for; what is unknown is a lost connection.
errc translate_errno(int number) noexcept;

}  // namespace llmgw
