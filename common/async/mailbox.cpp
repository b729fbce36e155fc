// SPDX-License-Identifier: MIT
// Handing over, and being woken.
#include "common/async/mailbox.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace llmgw {

Mailbox::Mailbox(Poller& poller) : bell_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  if (!bell_.is_open() || poller.add(bell_.number(), EPOLLIN | EPOLLET, *this).has_error())
    throw std::system_error(errno, std::generic_category(), "eventfd");
}

void Mailbox::put(std::function<void()> work) {
  const std::scoped_lock lock(mutex_);
  work_.push_back(std::move(work));
  // Rung only for the first: who empties the box empties it whole. A write that fails has been
  // preceded by so many others that the loop is awake.
  if (work_.size() == 1) ::eventfd_write(bell_.number(), 1);
}

bool Mailbox::is_empty() const {
  const std::scoped_lock lock(mutex_);
  return work_.empty();
}

// The count needs no reading: with EPOLLET each write is an event of its own.
void Mailbox::ready(std::uint32_t) {
  std::vector<std::function<void()>> work;
  {
    const std::scoped_lock lock(mutex_);
    work.swap(work_);
  }
  for (const auto& each : work) each();
}

}  // namespace llmgw
