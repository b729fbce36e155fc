// SPDX-License-Identifier: MIT
// Opening, content, closing, and where a behaviour breaks in.
#include "tests/mock_upstream/stream_steps.hpp"

#include <utility>

namespace llmgw::mock {

Step StreamSteps::next() {
  if (wanted_.native.cut_events == sent_) return {Step::Kind::cut, {}};
  while (queue_.empty()) refill();
  Step step = std::move(queue_.front());
  queue_.pop_front();
  const bool is_event = step.kind == Step::Kind::send || step.kind == Step::Kind::piece ||
                        step.kind == Step::Kind::error;
  sent_ += is_event ? 1 : 0;
  return step;
}

void StreamSteps::refill() {
  switch (phase_) {
    case Phase::head: return begin();
    case Phase::opening:
      for (const std::string& each : script_.opening) add(Step::Kind::send, each);
      phase_ = Phase::content;
      return;
    case Phase::content: return add_content();
    case Phase::closing:
      for (const std::string& each : script_.closing) add(Step::Kind::send, each);
      add(Step::Kind::done);
      return;
  }
}

void StreamSteps::begin() {
  phase_ = Phase::opening;
  if (wanted_.cut == 0U) return add(Step::Kind::cut);
  add_pause(wanted_.native.head_gap);
  if (wanted_.native.error_first) fail(script_.first_failure);
}

void StreamSteps::add_content() {
  if (wanted_.cut == index_) return add(Step::Kind::cut);
  if (wanted_.error_after == index_) return fail(script_.failure);
  if (index_ == script_.count) {
    phase_ = Phase::closing;
    return;
  }
  if (index_ > 0) add_pause(wanted_.pace);
  add(Step::Kind::piece, script_.content(index_));
  if (index_++ > 0) return;
  add_pause(wanted_.gap);
  add(Step::Kind::gate);
}

void StreamSteps::add(Step::Kind kind, std::string text) {
  queue_.push_back({kind, std::move(text)});
}

void StreamSteps::add_pause(Behaviour::Pause duration) {
  if (duration.count() > 0) queue_.push_back({Step::Kind::pause, {}, duration});
}

void StreamSteps::fail(const std::string& event) {
  add(Step::Kind::error, event);
  add(Step::Kind::finish);
}

}  // namespace llmgw::mock
