// SPDX-License-Identifier: MIT
// Waiting through Asio, and rounds of looking into the set itself.
#include "common/async/edge_set.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <system_error>

namespace llmgw {
namespace {

int open_set() {
  const int made = ::epoll_create1(EPOLL_CLOEXEC);
  if (made < 0) throw std::system_error(errno, std::generic_category(), "epoll_create1");
  return made;
}

epoll_event request(std::uint32_t events, EdgeSet::Target& target) noexcept {
  epoll_event made{};
  made.events = events | EPOLLET;
  made.data.ptr = &target;
  return made;
}

}  // namespace

/// Owns the set's descriptor.
struct EdgeSet::Wait {
  Wait(boost::asio::io_context& context, int set) : descriptor(context, set) {}
  boost::asio::posix::stream_descriptor descriptor;
};

EdgeSet::EdgeSet(boost::asio::io_context& context)
    : context_(context),
      descriptor_(open_set()),
      wait_(std::make_unique<Wait>(context, descriptor_)) {
  arm();
}

EdgeSet::~EdgeSet() = default;

Result<void> EdgeSet::add(int descriptor, std::uint32_t events, Target& target) const noexcept {
  epoll_event asked = request(events, target);
  if (::epoll_ctl(descriptor_, EPOLL_CTL_ADD, descriptor, &asked) != 0) return errc::overloaded;
  return {};
}

// Cannot fail for a descriptor that was added: nothing is allocated (epoll_ctl(2)).
void EdgeSet::change(int descriptor, std::uint32_t events, Target& target) const noexcept {
  epoll_event asked = request(events, target);
  ::epoll_ctl(descriptor_, EPOLL_CTL_MOD, descriptor, &asked);
}

void EdgeSet::forget(const Target& target) noexcept {
  for (int i = next_; i < count_; ++i) {
    epoll_event& each = seen_[static_cast<std::size_t>(i)];
    if (each.data.ptr == &target) each.data.ptr = nullptr;
  }
}

void EdgeSet::hold() {
  is_held_ = true;
  if (!is_serving_) arm();
}

void EdgeSet::release() noexcept {
  is_held_ = false;
  if (is_armed_) wait_->descriptor.cancel();
}

void EdgeSet::post() {
  is_posted_ = true;
  boost::asio::post(context_, [this] {
    is_posted_ = false;
    serve();
  });
}

// Asio asks the kernel anew each time, so an event that came since the last look ends the wait.
void EdgeSet::arm() {
  if (is_armed_ || !is_held_) return;
  is_armed_ = true;
  wait_->descriptor.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                               [this](const boost::system::error_code&) {
                                 is_armed_ = false;
                                 serve();
                               });
}

// A look costs one system call, the way through the context three. So it looks again until there is
// nothing left; but one event alone is likely to be all that there was. After so many rounds it
// goes back too, to be called again at once.
void EdgeSet::serve() {
  is_serving_ = true;
  bool is_busy = true;
  for (int round = 0; is_busy && round < most_rounds && !is_halted_; ++round) {
    run_queue();
    is_busy = look() || !soon_.empty();
  }
  is_serving_ = false;
  if (!is_busy) {
    arm();
  } else if (!is_posted_) {
    post();
  }
}

// What is asked for meanwhile has to wait for the next round, or descriptors would starve.
void EdgeSet::run_queue() {
  RunQueue now;
  now.swap(soon_);
  while (!now.empty()) {
    Runnable& next = now.front();
    now.pop_front();
    next.run();
  }
}

// Whether another look is worth its while.
bool EdgeSet::look() {
  next_ = 0;
  count_ = ::epoll_wait(descriptor_, seen_.data(), static_cast<int>(seen_.size()), 0);
  const bool found_several = count_ > 1;
  while (next_ < count_) {
    const epoll_event& event = seen_[static_cast<std::size_t>(next_++)];
    if (event.data.ptr != nullptr) static_cast<Target*>(event.data.ptr)->ready(event.events);
  }
  return found_several;
}

}  // namespace llmgw
