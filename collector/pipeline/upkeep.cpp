// SPDX-License-Identifier: MIT
// A step on the thread that writes, a look at what came of it on the loop.
#include "collector/pipeline/upkeep.hpp"

namespace llmgw::collector {

void Upkeep::stop() noexcept {
  is_ending_ = true;
  alarm_.cancel();
}

void Upkeep::step() {
  pipeline_.between_writes([this] {
    const bool is_more = store_.maintain();
    loop_.post([this, is_more] { go_on(is_more); });
  });
}

void Upkeep::go_on(bool is_more) {
  if (is_ending_) return;
  if (is_more) return step();
  alarm_.set(store_.maintain_every, [this] { step(); });
}

}  // namespace llmgw::collector
