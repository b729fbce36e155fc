// SPDX-License-Identifier: MIT
// Group commit: gather what waits, have it written, answer, again.
#include "collector/pipeline/pipeline.hpp"

#include <utility>

#include "common/log/log.hpp"
#include "common/system/secure_random.hpp"

namespace llmgw::collector {

HashSecret Pipeline::new_secret() {
  SecureRandom random;
  return {random.next(), random.next()};
}

void Pipeline::recall() {
  for (const EventKey& each : sink_.recall(remember_)) recent_.insert(each);
  log::info("ids of stored events taken up", {{"events", recent_.size()}});
  sink_wants_keys_ = sink_.wants_keys();
  keep_ids_if_asked();
}

Task<Result<void>> Pipeline::store(Batch batch) {
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
  pieces_.clear();
  added_.clear();
  for (Entry* each : group_) gather(*each);
  writing_ = true;
  begun_at_ = std::chrono::steady_clock::now();
  if (pieces_.empty()) {  // duplicates alone; answered later all the same, so that nothing recurses
    loop_.post([this] { finish({}); });
    return;
  }
  writer_.submit([this] {
    const Result<void> outcome = sink_.write(pieces_);
    const bool wants_keys = sink_.wants_keys();
    loop_.post([this, outcome, wants_keys] {
      sink_wants_keys_ = wants_keys;
      finish(outcome);
    });
  });
}

// Every earlier group is stored or has failed by now, so an id is either known, or in this group,
// or new.
void Pipeline::gather(Entry& entry) {
  constexpr std::size_t look_ahead = 16;
  const std::string_view text = entry.batch.text;
  const std::vector<Batch::Line>& lines = entry.batch.lines;
  std::size_t begin = 0;
  std::size_t end = 0;
  const auto take = [&] {
    if (begin < end) pieces_.push_back(text.substr(begin, end - begin));
  };
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (i + look_ahead < lines.size()) recent_.prefetch(lines[i + look_ahead].key);
    const Batch::Line& line = lines[i];
    if (line.key.is_none()) {
      ++entry.fresh;
    } else if (recent_.insert(line.key)) {
      added_.push_back(line.key);
      ++entry.fresh;
    } else {
      take();
      begin = line.end;
    }
    end = line.end;
  }
  take();
}

void Pipeline::finish(Result<void> outcome) {
  const std::vector<Entry*> group = std::exchange(group_, {});
  if (!pieces_.empty()) note_health(outcome);
  if (outcome) {
    for (const Entry* each : group) {
      counts_.accepted += each->fresh;
      counts_.duplicates += each->batch.lines.size() - each->fresh;
    }
  } else {
    for (const EventKey& each : added_) recent_.erase(each);
  }
  writing_ = false;
  keep_ids_if_asked();
  if (!waiting_.empty()) write_next();  // before the answers, so that the disk is not kept waiting
  for (Entry* each : group) each->done.set(outcome);
}

void Pipeline::note_health(const Result<void>& outcome) {
  if (outcome) {
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun_at_;
    counts_.write_seconds.observe(took.count());
    for (const std::string_view piece : pieces_) counts_.bytes += piece.size();
    if (!std::exchange(healthy_, true)) log::info("events are stored again");
    return;
  }
  ++counts_.failed_writes;
  // Said once: clients try again, and a full disk must not fill the log as well.
  if (std::exchange(healthy_, false))
    log::error("events cannot be stored", {{"reason", outcome.error().message()}});
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

void Pipeline::reopen() {
  writer_.submit([this] {
    const Result<void> outcome = sink_.reopen();
    if (outcome) {
      log::info("event log reopened");
    } else {
      log::error("event log not reopened", {{"reason", outcome.error().message()}});
    }
    const bool wants_keys = sink_.wants_keys();
    loop_.post([this, wants_keys] {
      sink_wants_keys_ = wants_keys;
      keep_ids_if_asked();
    });
  });
}

// Only while no write is under way: whether the ids of its events are stored is not known yet.
void Pipeline::keep_ids_if_asked() {
  if (writing_ || !std::exchange(sink_wants_keys_, false)) return;
  writer_.submit([this, keys = recent_.keys()] { sink_.keep(keys); });
}

}  // namespace llmgw::collector
