// SPDX-License-Identifier: MIT
// Group commit: gather what waits, have it written, answer, again.
#include "collector/pipeline/pipeline.hpp"

#include <algorithm>
#include <utility>

#include "common/log/log.hpp"

namespace llmgw::collector {

Task<Result<void>> Pipeline::store(Batch batch) {
  if (batch.lines.empty()) co_return Result<void>();
  auto entry = std::make_shared<Entry>();
  entry->batch = std::move(batch);
  entry->since = Clock::now();
  waiting_.push_back(entry);
  if (!writing_) write_soon();
  watch();
  co_return co_await entry->done;
}

// Those that were not answered before. An answer may bring the next request: nothing of the
// pipeline is gone through meanwhile.
void Pipeline::answer(const Entries& entries, const Result<void>& outcome) {
  for (const auto& each : entries)
    if (!std::exchange(each->is_answered, true)) each->done.set(outcome);
}

// Until the time of who waits longest is over. Those of the group came first.
void Pipeline::watch() {
  if (!patience_ || late_.is_set()) return;
  const auto is_open = [](const auto& each) { return !each->is_answered; };
  for (const Entries* entries : {&group_, &waiting_}) {
    const auto oldest = std::find_if(entries->begin(), entries->end(), is_open);
    if (oldest == entries->end()) continue;
    const auto rest =
        std::chrono::ceil<std::chrono::milliseconds>((*oldest)->since + *patience_ - Clock::now());
    late_.set(std::max(rest, std::chrono::milliseconds(1)), [this] { give_up(); });
    return;
  }
}

// The write goes on, and what comes of it is not known: its senders send again, and are told apart
// by their events' ids. What had no turn yet is given up for good.
void Pipeline::give_up() {
  const Clock::time_point before = Clock::now() - *patience_;
  const auto is_over = [before](const auto& each) { return each->since <= before; };
  Entries over;
  std::copy_if(group_.begin(), group_.end(), std::back_inserter(over), is_over);
  std::copy_if(waiting_.begin(), waiting_.end(), std::back_inserter(over), is_over);
  std::erase_if(waiting_, is_over);
  if (waiting_.empty()) gathering_.cancel();
  if (!over.empty() && !is_late_) note_failure(errc::timed_out);
  if (!over.empty()) is_late_ = writing_;
  answer(over, errc::timed_out);
  watch();
}

Task<void> Pipeline::wait_until_idle() {
  if (!writing_) co_return;
  OneShot<bool> done;
  idle_ = &done;
  co_await done;
}

void Pipeline::write_soon() {
  if (gather_.count() == 0) return write_next();
  if (!gathering_.is_set()) gathering_.set(gather_, [this] { write_next(); });
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
  for (const auto& each : group_) batches_.push_back(&each->batch);
  writing_ = true;
  begun_at_ = Clock::now();
  const auto tap = audience_ != nullptr ? audience_->begin_write() : nullptr;
  writer_.submit([this, tap] {
    sink_.show_to(tap.get());
    const Result<Stored> outcome = sink_.write(batches_);
    loop_.post([this, outcome, tap] { finish(outcome, tap.get()); });
  });
}

void Pipeline::finish(const Result<Stored>& outcome, EventTap* tap) {
  const Entries group = std::exchange(group_, {});
  const bool was_late = std::exchange(is_late_, false);
  late_.cancel();
  if (outcome) {
    note_stored(*outcome);
    if (tap != nullptr) audience_->end_write(*tap);
  } else if (!was_late) {
    note_failure(outcome.error());
  }
  writing_ = false;
  if (!waiting_.empty()) write_soon();  // before the answers, so that the store is not kept waiting
  watch();
  answer(group, outcome ? Result<void>() : outcome.error());
  if (!writing_ && idle_ != nullptr) std::exchange(idle_, nullptr)->set(true);
}

void Pipeline::note_stored(const Stored& stored) {
  counts_.accepted += stored.fresh;
  counts_.duplicates += stored.duplicates;
  counts_.bytes += stored.bytes;
  if (stored.fresh == 0) return;  // nothing was written, so nothing is known of the store
  const std::chrono::duration<double> took = Clock::now() - begun_at_;
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
  if (is_late_) co_return false;  // nothing has its turn before that write has ended
  OneShot<bool> checked;
  writer_.submit([this, &checked] {
    const bool is_good = sink_.check().has_value();
    loop_.post([&checked, is_good] { checked.set(is_good); });
  });
  co_return co_await checked;
}

}  // namespace llmgw::collector
