// SPDX-License-Identifier: MIT
// Signals through Asio's signal_set.
#include "common/async/signals.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>

namespace llmgw {

struct Signals::Set {
  boost::asio::signal_set signals;
  std::function<void(int)> handle;

  void wait() {
    signals.async_wait([this](boost::system::error_code code, int number) {
      if (code) return;
      wait();
      handle(number);
    });
  }
};

Signals::Signals(Loop& loop, std::function<void(int)> handle)
    : set_(new Set{boost::asio::signal_set(loop.context(), SIGTERM, SIGINT, SIGHUP),
                   std::move(handle)}) {
  std::signal(SIGPIPE, SIG_IGN);
  set_->wait();
}

Signals::~Signals() = default;

void Signals::cancel() {
  boost::system::error_code ignored;
  set_->signals.cancel(ignored);
}

}  // namespace llmgw
