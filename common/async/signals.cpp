// SPDX-License-Identifier: MIT
// Signals through signalfd(2): no handler, so nothing is ever interrupted.
#include "common/async/signals.hpp"

#include <sys/signalfd.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <cerrno>
#include <csignal>
#include <system_error>
#include <utility>

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

struct Signals::Source {
  boost::asio::posix::stream_descriptor descriptor;
  std::function<void(int)> handle;

  void wait() {
    descriptor.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                          [this](boost::system::error_code code) {
                            if (code) return;
                            wait();
                            take();
                          });
  }

  void take() {
    signalfd_siginfo signal;
    while (::read(descriptor.native_handle(), &signal, sizeof signal) == sizeof signal)
      handle(static_cast<int>(signal.ssi_signo));
  }
};

Signals::Signals(Loop& loop, std::function<void(int)> handle)
    : source_(new Source{boost::asio::posix::stream_descriptor(loop.context(), block_and_open()),
                         std::move(handle)}) {
  std::signal(SIGPIPE, SIG_IGN);
  source_->wait();
}

Signals::~Signals() = default;

void Signals::cancel() {
  boost::system::error_code ignored;
  source_->descriptor.cancel(ignored);
}

}  // namespace llmgw
