// SPDX-License-Identifier: MIT
// PURE: Overloaded: one function object of several, for std::visit.
#pragma once

namespace llmgw::lease {

template <class... Functions>
struct Overloaded : Functions... {
  using Functions::operator()...;
};

template <class... Functions>
Overloaded(Functions...) -> Overloaded<Functions...>;

}  // namespace llmgw::lease
