// SPDX-License-Identifier: MIT
// Waiting, and seeing the client leave meanwhile.
#include "tests/mock_upstream/visit.hpp"

#include <utility>

namespace llmgw::mock {

void Visit::watch() {
  ByteStream& client = exchange_.client();
  if (client.is_peer_closed()) return note_gone();
  client.watch(this);
}

void Visit::note_gone() noexcept {
  if (std::exchange(gone_, true)) return;
  recorder_.closed(connection_, !answered_);
  wakeup_->wake();
}

void Visit::note_answered() {
  answered_ = true;
  if (exchange_.client().is_peer_closed()) note_gone();
}

Task<bool> Visit::pause(std::chrono::milliseconds duration) {
  if (duration.count() > 0 && !gone_) co_await wakeup_->wait(duration);
  co_return !gone_;
}

Task<bool> Visit::pass(Gates& gates, const std::string& name) {
  if (!name.empty() && !gone_ && gates.is_shut_for(name, wakeup_)) {
    co_await wakeup_->wait(Wakeup::forever);
  }
  co_return !gone_;
}

Task<bool> Visit::wait_until_gone() { return pause(Wakeup::forever); }

Task<bool> Visit::send_raw(std::string_view bytes) {
  exchange_.mark_started();
  Gather& pieces = exchange_.loop().gather();
  pieces.add(bytes);
  exchange_.client().expires_after(http::Exchange::progress_timeout);
  const Result<void> sent = co_await exchange_.client().write(pieces);
  exchange_.client().expires_never();
  co_return check(sent);
}

bool Visit::check(const Result<void>& sent) noexcept {
  if (sent.has_error()) note_gone();
  return !gone_;
}

}  // namespace llmgw::mock
