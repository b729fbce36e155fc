// SPDX-License-Identifier: MIT
// PURE: what one answer is billed for, in the terms of the gateway's events.
#pragma once

#include <algorithm>
#include <cstddef>

namespace llmgw::mock {

struct Tokens {
  std::size_t prompt = 0;       ///< all of it, with what a cache read or wrote
  std::size_t cached = 0;       ///< read from a cache
  std::size_t cache_write = 0;  ///< written to one
  std::size_t completion = 0;   ///< all of it, with the reasoning
  std::size_t reasoning = 0;

  /// The same for an answer that ended after `most` tokens.
  Tokens cut_to(std::size_t most) const noexcept {
    Tokens cut = *this;
    cut.completion = std::min(completion, most);
    cut.reasoning = std::min(reasoning, most);
    return cut;
  }
};

}  // namespace llmgw::mock
