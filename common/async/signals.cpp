// SPDX-License-Identifier: MIT
// Signals through signalfd(2): no handler, so nothing is ever interrupted.
#include "common/async/signals.hpp"

#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <system_error>
#include <utility>

#include "common/async/poller.hpp"
#include "common/system/descriptor.hpp"

namespace llmgw {
namespace {

// Blocked for good: one that comes when nobody reads any more must not end the process half-way.
int block_and_open() {
  sigset_t caught;
  sigemptyset(&caught);
  for (const int each : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&caught, each);
  pthread_sigmask(SIG_BLOCK, &caught, nullptr);
  const int descriptor = ::signalfd(-1, &caught, SFD_NONBLOCK | SFD_CLOEXEC);
  if (descriptor < 0) throw std::system_error(errno, std::generic_category(), "signalfd");
  return descriptor;
}

}  // namespace

struct Signals::Source final : Poller::Target {
  Loop& loop;
  Descriptor descriptor;
  std::function<void(int)> handle;

  Source(Loop& owner, std::function<void(int)> then)
      : loop(owner), descriptor(block_and_open()), handle(std::move(then)) {
    if (loop.poller().add(descriptor.number(), EPOLLIN, *this).has_error())
      throw std::system_error(errno, std::generic_category(), "epoll_ctl");
    loop.begin_wait();
  }
  ~Source() { close(); }

  void close() noexcept {
    if (!descriptor.is_open()) return;
    loop.poller().forget(*this);
    descriptor.close();
    loop.end_wait();
  }

  // One at a time: the handler may close.
  void ready(std::uint32_t) override {
    signalfd_siginfo signal;
    if (::read(descriptor.number(), &signal, sizeof signal) == sizeof signal)
      handle(static_cast<int>(signal.ssi_signo));
  }
};

Signals::Signals(Loop& loop, std::function<void(int)> handle)
    : source_(std::make_unique<Source>(loop, std::move(handle))) {
  std::signal(SIGPIPE, SIG_IGN);
}

Signals::~Signals() = default;

void Signals::cancel() { source_->close(); }

}  // namespace llmgw
