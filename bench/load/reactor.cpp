// SPDX-License-Identifier: MIT
// Waiting on epoll.
#include "bench/load/reactor.hpp"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "bench/load/clock.hpp"

namespace llmgw::bench {
namespace {

void control(int reactor, int operation, int descriptor, Handler& handler, std::uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = &handler;
  ::epoll_ctl(reactor, operation, descriptor, &event);
}

}  // namespace

Reactor::Reactor() : descriptor_(::epoll_create1(EPOLL_CLOEXEC)) {}
Reactor::~Reactor() { ::close(descriptor_); }

void Reactor::add(int descriptor, Handler& handler, std::uint32_t events) {
  control(descriptor_, EPOLL_CTL_ADD, descriptor, handler, events);
}

void Reactor::change(int descriptor, Handler& handler, std::uint32_t events) {
  control(descriptor_, EPOLL_CTL_MOD, descriptor, handler, events);
}

void Reactor::turn(std::int64_t until) {
  std::array<epoll_event, 256> events;
  const std::int64_t left = std::max<std::int64_t>(until - now_ns(), 0);
  const timespec patience{left / seconds, left % seconds};
  const int count = ::epoll_pwait2(descriptor_, events.data(), events.size(), &patience, nullptr);
  for (int i = 0; i < count; ++i) {
    static_cast<Handler*>(events[static_cast<std::size_t>(i)].data.ptr)
        ->ready(events[static_cast<std::size_t>(i)].events);
  }
}

}  // namespace llmgw::bench
