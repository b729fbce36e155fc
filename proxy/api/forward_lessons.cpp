// SPDX-License-Identifier: MIT
// What is remembered of translated exchanges: what providers have refused of them, and signatures.
#include "common/log/log.hpp"
#include "proxy/api/forward_exchange.hpp"

namespace llmgw::proxy {

// The same target is asked once more, at once: that it refused was the gateway's doing.
bool Forward::takes_lesson() {
  routed_->lesson = attempt_->lesson();
  return !request_.is_client_gone();
}

// Only success proves that it was what the refusal said.
void Forward::note_lesson() {
  if (!routed_->lesson) return;
  attempt_->upstream().learn(routed_->target.model, *routed_->lesson);
  log::debug("a refusal has taught something of a model",
             {{"model", routed_->target.model}, {"kind", lesson_word(routed_->lesson->kind)}});
}

TenantSignatures Forward::signatures() const noexcept {
  if (!upstreams_->table().remembers_signatures()) return {};
  return {&context_.signatures, call_.tenant()};
}

}  // namespace llmgw::proxy
