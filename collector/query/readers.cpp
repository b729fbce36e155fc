// SPDX-License-Identifier: MIT
// The thread with the least to do is given the next question.
#include "collector/query/readers.hpp"

#include <algorithm>

namespace llmgw::collector {

Readers::Readers(Loop& loop, std::size_t threads, std::chrono::milliseconds patience, Open open)
    : loop_(loop), patience_(patience), open_(std::move(open)) {
  for (std::size_t i = 0; i < threads; ++i) slots_.push_back(std::make_unique<Slot>());
}

Readers::~Readers() = default;

Task<Result<std::string>> Readers::ask(Job job) {
  if (waiting_ >= most_waiting + slots_.size()) co_return errc::overloaded;
  Slot& slot = **std::min_element(slots_.begin(), slots_.end(), [](const auto& a, const auto& b) {
    return a->waiting < b->waiting;
  });
  const auto deadline = std::chrono::steady_clock::now() + patience_;
  ++slot.waiting;
  ++waiting_;
  OneShot<Result<std::string>> done;
  slot.thread.submit([this, &slot, &job, &done, deadline] {
    auto answered = std::make_shared<Result<std::string>>(answer(slot, job, deadline));
    loop_.post([&done, answered] { done.set(std::move(*answered)); });
  });
  Result<std::string> result = co_await done;
  --slot.waiting;
  --waiting_;
  co_return result;
}

// A reader whose store has failed is made anew for the next question.
Result<std::string> Readers::answer(Slot& slot, const Job& job,
                                    std::chrono::steady_clock::time_point deadline) const {
  if (is_ending_ || std::chrono::steady_clock::now() > deadline) return errc::timed_out;
  if (!slot.reader) {
    auto opened = open_();
    if (opened.has_error()) return opened.error();
    slot.reader = std::move(*opened);
  }
  slot.reader->set_deadline(deadline, is_ending_);
  auto result = job(*slot.reader);
  const bool is_kept =
      result || result.error() == errc::timed_out || result.error() == errc::body_too_large ||
      result.error() == make_error_code(boost::system::errc::protocol_not_supported);
  if (!is_kept) slot.reader.reset();
  return result;
}

}  // namespace llmgw::collector
