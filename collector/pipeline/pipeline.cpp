// SPDX-License-Identifier: MIT
// Group commit: gather what waits, have it written, answer, again.
#include "collector/pipeline/pipeline.hpp"

#include <utility>

#include "common/log/log.hpp"

namespace llmgw::collector {

Task<Result<void>> Pipeline::store(Batch batch) {
  if (batch.lines.empty()) co_return Result<void>();
  Entry entry{.batch = std::move(batch), .done = {}};
  waiting_.push_back(&entry);
  if (!writing_) write_next();
  co_return co_await entry.done;
}

// The oldest requests, bounded so that a slow disk answers some of them before the rest.
void Pipeline::choose_group() {
  std::size_t bytes = 0;
  auto end = waiting_.begin();
  while (end != waiting_.end() && bytes < group_bytes) bytes += (*end++)->batch.text.size();
  group_.assign(waiting_.begin(), end);
  waiting_.erase(waiting_.begin(), end);
}

void Pipeline::write_next() {
  choose_group();
  batches_.clear();
  for (const Entry* each : group_) batches_.push_back(&each->batch);
  writing_ = true;
  begun_at_ = std::chrono::steady_clock::now();
  const auto tap = audience_ != nullptr ? audience_->begin_write() : nullptr;
  writer_.submit([this, tap] {
    sink_.show_to(tap.get());
    const Result<Stored> outcome = sink_.write(batches_);
    loop_.post([this, outcome, tap] { finish(outcome, tap.get()); });
  });
}

void Pipeline::finish(const Result<Stored>& outcome, EventTap* tap) {
  const std::vector<Entry*> group = std::exchange(group_, {});
  if (outcome) {
    note_stored(*outcome);
    if (tap != nullptr) audience_->end_write(*tap);
  } else {
    note_failure(outcome.error());
  }
  writing_ = false;
  if (!waiting_.empty()) write_next();  // before the answers, so that the store is not kept waiting
  const Result<void> answer = outcome ? Result<void>() : outcome.error();
  for (Entry* each : group) each->done.set(answer);
}

void Pipeline::note_stored(const Stored& stored) {
  counts_.accepted += stored.fresh;
  counts_.duplicates += stored.duplicates;
  counts_.bytes += stored.bytes;
  if (stored.fresh == 0) return;  // nothing was written, so nothing is known of the store
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun_at_;
  counts_.write_seconds.observe(took.count());
  failing_since_ = 0;
  if (!std::exchange(healthy_, true)) log::info("events are stored again");
}

void Pipeline::note_failure(const boost::system::error_code& fault) {
  ++counts_.failed_writes;
  // Said once: clients try again, and a full disk must not fill the log as well.
  if (!std::exchange(healthy_, false)) return;
  failing_since_ = std::chrono::duration_cast<std::chrono::milliseconds>(
                       std::chrono::system_clock::now().time_since_epoch())
                       .count();
  log::error("events cannot be stored", {{"reason", fault.message()}});
}

Task<bool> Pipeline::is_ready() {
  if (healthy_) co_return true;
  OneShot<bool> answer;
  writer_.submit([this, &answer] {
    const bool is_good = sink_.check().has_value();
    loop_.post([&answer, is_good] { answer.set(is_good); });
  });
  co_return co_await answer;
}

}  // namespace llmgw::collector
