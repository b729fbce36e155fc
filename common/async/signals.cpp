// SPDX-License-Identifier: MIT
// A signal_set, and which thread the kernel may interrupt.
#include "common/async/signals.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <utility>

namespace llmgw {
namespace {

// `how`: SIG_BLOCK or SIG_UNBLOCK, for this thread and those that it starts.
void mask_signals(int how) noexcept {
  sigset_t caught;
  sigemptyset(&caught);
  for (const int each : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&caught, each);
  pthread_sigmask(how, &caught, nullptr);
}

}  // namespace

struct Signals::Set {
  Set(Loop& loop, std::function<void(int)> then)
      : signals(loop.context(), SIGTERM, SIGINT, SIGHUP), handle(std::move(then)) {}

  void wait() {
    signals.async_wait([this](const boost::system::error_code& fault, int number) {
      if (fault || is_cancelled) return;
      handle(number);
      if (!is_cancelled) wait();
    });
  }

  boost::asio::signal_set signals;
  std::function<void(int)> handle;
  bool is_cancelled = false;
};

// Asio's handler is installed without SA_RESTART, so a thread that it ran on would see EINTR in
// calls that block.
Signals::Signals(Loop& loop, std::function<void(int)> handle)
    : set_(std::make_unique<Set>(loop, std::move(handle))) {
  std::signal(SIGPIPE, SIG_IGN);
  mask_signals(SIG_BLOCK);
  set_->wait();
  loop.post([] { mask_signals(SIG_UNBLOCK); });
}

// With the set goes its handler: one that comes then must not end the process half-way.
Signals::~Signals() { mask_signals(SIG_BLOCK); }

void Signals::cancel() {
  set_->is_cancelled = true;
  set_->signals.cancel();
}

}  // namespace llmgw
