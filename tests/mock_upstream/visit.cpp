// SPDX-License-Identifier: MIT
// Waiting, and seeing the client leave meanwhile.
#include "tests/mock_upstream/visit.hpp"

#include <utility>

namespace llmgw::mock {

void Visit::watch() {
  exchange_.watch([this] { note_gone(); });
}

void Visit::note_gone() noexcept {
  if (std::exchange(gone_, true)) return;
  recorder_.closed(connection_, !answered_);
  wakeup_->wake();
}

void Visit::note_answered() {
  answered_ = true;
  if (exchange_.has_client_left()) note_gone();
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
  const Result<void> sent = co_await exchange_.send_raw(bytes);
  co_return check(sent);
}

bool Visit::check(const Result<void>& sent) noexcept {
  if (sent.has_error()) note_gone();
  return !gone_;
}

}  // namespace llmgw::mock
