// SPDX-License-Identifier: MIT
// Waiting, and telling each target once.
#include "common/async/poller.hpp"

#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace llmgw {
namespace {

epoll_event request(std::uint32_t events, Poller::Target& target) noexcept {
  epoll_event made{};
  made.events = events;
  made.data.ptr = &target;
  return made;
}

}  // namespace

Poller::Poller() : descriptor_(::epoll_create1(EPOLL_CLOEXEC)) {
  if (descriptor_ < 0) throw std::system_error(errno, std::generic_category(), "epoll_create1");
}

Poller::~Poller() { ::close(descriptor_); }

Result<void> Poller::add(int descriptor, std::uint32_t events, Target& target) const noexcept {
  epoll_event asked = request(events, target);
  if (::epoll_ctl(descriptor_, EPOLL_CTL_ADD, descriptor, &asked) != 0) return errc::overloaded;
  return {};
}

// Cannot fail for a descriptor that was added: nothing is allocated (epoll_ctl(2)).
void Poller::change(int descriptor, std::uint32_t events, Target& target) const noexcept {
  epoll_event asked = request(events, target);
  ::epoll_ctl(descriptor_, EPOLL_CTL_MOD, descriptor, &asked);
}

void Poller::forget(const Target& target) noexcept {
  for (int i = next_; i < count_; ++i) {
    epoll_event& each = seen_[static_cast<std::size_t>(i)];
    if (each.data.ptr == &target) each.data.ptr = nullptr;
  }
}

void Poller::remove(int descriptor, const Target& target) noexcept {
  ::epoll_ctl(descriptor_, EPOLL_CTL_DEL, descriptor, nullptr);
  forget(target);
}

void Poller::wait(int milliseconds) {
  next_ = 0;
  count_ = ::epoll_wait(descriptor_, seen_.data(), static_cast<int>(seen_.size()), milliseconds);
  while (next_ < count_) {
    const epoll_event& event = seen_[static_cast<std::size_t>(next_++)];
    if (event.data.ptr != nullptr) static_cast<Target*>(event.data.ptr)->ready(event.events);
  }
}

}  // namespace llmgw
