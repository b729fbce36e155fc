// SPDX-License-Identifier: MIT
// PURE: the upstreams that may answer one request.
#pragma once

#include <cassert>
#include <cstdint>

namespace llmgw::proxy {

/// Candidates, by their numbers, in the order in which they are to be asked.
class Route {
 public:
  explicit Route(std::size_t only) noexcept : next_(static_cast<std::uint16_t>(only)) {}

  bool has_more() const noexcept { return left_ > 0; }
  /// The one to ask now; each comes once.
  std::size_t take() noexcept {
    assert(has_more());
    --left_;
    return next_;
  }

 private:
  std::uint16_t next_;
  std::uint16_t left_ = 1;
};

}  // namespace llmgw::proxy
